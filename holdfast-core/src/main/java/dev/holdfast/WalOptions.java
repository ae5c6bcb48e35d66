package dev.holdfast;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/** How a log is opened. Immutable; sizes are in bytes. */
public final class WalOptions {
  private static final long KIB = 1024;
  private static final long MIB = 1024 * KIB;
  private static final long GIB = 1024 * MIB;
  private static final WalOptions DEFAULTS = builder().build();

  private final Builder values;

  private WalOptions(Builder values) {
    this.values = values;
  }

  /** Returns the defaults. */
  public static WalOptions defaults() {
    return DEFAULTS;
  }

  /** Returns a builder that starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder that starts from these options. */
  public Builder toBuilder() {
    return new Builder(values);
  }

  /** Returns when appends are made durable. */
  public SyncPolicy syncPolicy() {
    return values.syncPolicy;
  }

  /** Returns the size at which a new segment is begun. */
  public long maxSegmentSize() {
    return values.maxSegmentSize;
  }

  /** Returns the number of records after which a new segment is begun; 0 = no limit. */
  public long maxRecordsPerSegment() {
    return values.maxRecordsPerSegment;
  }

  /** Returns the size over which a record is refused. */
  public int maxRecordSize() {
    return values.maxRecordSize;
  }

  /** Returns the size over which a batch is refused, 4 bytes for each record included. */
  public int maxBatchSize() {
    return values.maxBatchSize;
  }

  /** Returns how many files of segments are kept open or mapped. */
  public int maxOpenSegments() {
    return values.maxOpenSegments;
  }

  /** Returns the size of one of the two halves of a busy stream's staging area. */
  public int writeBufferSize() {
    return values.writeBufferSize;
  }

  /** Returns how much a cursor reads at once. */
  public int readBufferSize() {
    return values.readBufferSize;
  }

  /** Returns how much memory decompressed frames may take; 0 = none are kept. */
  public long blockCacheSize() {
    return values.blockCacheSize;
  }

  /** Returns how payloads are compressed when they are appended. */
  public Compression compression() {
    return values.compression;
  }

  /** Returns the size from which payloads are compressed. */
  public int minCompressionSize() {
    return values.minCompressionSize;
  }

  /**
   * Returns what compresses and decompresses a format: what was given to {@link Builder#compressor}, else, if payloads
   * are to be compressed in it, the service found.
   */
  public Optional<Compressor> compressor(Compression format) {
    return Optional.ofNullable(values.compressors.get(format));
  }

  /** Returns how sealed segments are read. */
  public ReadStrategy readStrategy() {
    return values.readStrategy;
  }

  /** Returns what opening a damaged stream for writing does. */
  public CorruptionPolicy corruptionPolicy() {
    return values.corruptionPolicy;
  }

  /** Returns whether segments are filled with zeros ahead of need. */
  public boolean preallocate() {
    return values.preallocate;
  }

  /** Returns where futures complete. */
  public Executor completionExecutor() {
    return values.completionExecutor;
  }

  static long checkSegmentSize(long bytes) {
    return inRange("maxSegmentSize", bytes, 4 * KIB, 16 * GIB);
  }

  static long checkRecordsPerSegment(long records) {
    return inRange("maxRecordsPerSegment", records, 0, Integer.MAX_VALUE);
  }

  private static long inRange(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(name + " must be from " + min + " to " + max + ", not " + value);
    }
    return value;
  }

  /** Builds {@link WalOptions}. Belongs to one thread at a time. */
  public static final class Builder {
    private SyncPolicy syncPolicy = SyncPolicy.STRICT;
    private long maxSegmentSize = 64 * MIB;
    private long maxRecordsPerSegment;
    private int maxRecordSize = (int) (16 * MIB);
    private int maxBatchSize = (int) (64 * MIB);
    private int maxOpenSegments = 128;
    private int writeBufferSize = (int) (256 * KIB);
    private int readBufferSize = (int) (128 * KIB);
    private long blockCacheSize = 32 * MIB;
    private Compression compression = Compression.NONE;
    private int minCompressionSize = (int) KIB;
    private Map<Compression, Compressor> compressors = Map.of(); // never changed, only replaced
    private ReadStrategy readStrategy = ReadStrategy.MMAP;
    private CorruptionPolicy corruptionPolicy = CorruptionPolicy.ERROR;
    private boolean preallocate = true;
    private Executor completionExecutor = VirtualThreads.INSTANCE;

    private Builder() {}

    private Builder(Builder from) {
      syncPolicy = from.syncPolicy;
      maxSegmentSize = from.maxSegmentSize;
      maxRecordsPerSegment = from.maxRecordsPerSegment;
      maxRecordSize = from.maxRecordSize;
      maxBatchSize = from.maxBatchSize;
      maxOpenSegments = from.maxOpenSegments;
      writeBufferSize = from.writeBufferSize;
      readBufferSize = from.readBufferSize;
      blockCacheSize = from.blockCacheSize;
      compression = from.compression;
      minCompressionSize = from.minCompressionSize;
      compressors = from.compressors;
      readStrategy = from.readStrategy;
      corruptionPolicy = from.corruptionPolicy;
      preallocate = from.preallocate;
      completionExecutor = from.completionExecutor;
    }

    /** Sets when appends are made durable. Default {@link SyncPolicy#STRICT}. */
    public Builder syncPolicy(SyncPolicy policy) {
      syncPolicy = Objects.requireNonNull(policy, "syncPolicy");
      return this;
    }

    /**
     * Sets the size at which a new segment is begun. A stream's first segment is smaller, each next one larger, up to
     * this; a batch that is larger gets a segment of its own.
     *
     * @param bytes from 4 KiB to 16 GiB; default 64 MiB
     */
    public Builder maxSegmentSize(long bytes) {
      maxSegmentSize = checkSegmentSize(bytes);
      return this;
    }

    /**
     * Sets the number of records after which a new segment is begun; a batch is not split. Space is then prepared for
     * as many records of the size of those before, at most {@link #maxSegmentSize}.
     *
     * @param records from 0 (no limit, the default) to 2,147,483,647
     */
    public Builder maxRecordsPerSegment(long records) {
      maxRecordsPerSegment = checkRecordsPerSegment(records);
      return this;
    }

    /**
     * Sets the size over which a record is refused.
     *
     * @param bytes from 1 byte to 1 GiB; default 16 MiB
     */
    public Builder maxRecordSize(int bytes) {
      maxRecordSize = (int) inRange("maxRecordSize", bytes, 1, GIB);
      return this;
    }

    /**
     * Sets the size over which a batch is refused, 4 bytes for each record included.
     *
     * @param bytes from 1 byte to 1 GiB; default 64 MiB
     */
    public Builder maxBatchSize(int bytes) {
      maxBatchSize = (int) inRange("maxBatchSize", bytes, 1, GIB);
      return this;
    }

    /**
     * Sets how many files of segments are kept open or mapped, over all streams.
     *
     * @param files from 4 to 1,000,000; default 128
     */
    public Builder maxOpenSegments(int files) {
      maxOpenSegments = (int) inRange("maxOpenSegments", files, 4, 1_000_000);
      return this;
    }

    /**
     * Sets the size of one of the two halves of a busy stream's staging area.
     *
     * @param bytes from 4 KiB to 64 MiB; default 256 KiB
     */
    public Builder writeBufferSize(int bytes) {
      writeBufferSize = (int) inRange("writeBufferSize", bytes, 4 * KIB, 64 * MIB);
      return this;
    }

    /**
     * Sets how much a cursor reads at once.
     *
     * @param bytes from 4 KiB to 64 MiB; default 128 KiB
     */
    public Builder readBufferSize(int bytes) {
      readBufferSize = (int) inRange("readBufferSize", bytes, 4 * KIB, 64 * MIB);
      return this;
    }

    /**
     * Sets how much memory the decompressed payloads of frames read by id may take, over all streams: those read most
     * recently are kept. A frame that takes more than an eighth of it is not kept. Frames that are not compressed are
     * in the page cache and need no other.
     *
     * @param bytes from 0 (none are kept) to 1 TiB; default 32 MiB
     */
    public Builder blockCacheSize(long bytes) {
      blockCacheSize = inRange("blockCacheSize", bytes, 0, 1024 * GIB);
      return this;
    }

    /**
     * Sets how payloads are compressed when they are appended: a record by itself, a batch as a whole, on the thread
     * that appends. One that does not become smaller is stored as it is. Logs may be opened with another value at any
     * time; whatever was written is read. Default {@link Compression#NONE}.
     */
    public Builder compression(Compression format) {
      compression = Objects.requireNonNull(format, "compression");
      return this;
    }

    /**
     * Sets the size from which payloads are compressed: of a record its length, of a batch the lengths of its records
     * and 4 bytes for each.
     *
     * @param bytes from 1 byte to 1 GiB; default 1 KiB
     */
    public Builder minCompressionSize(int bytes) {
      minCompressionSize = (int) inRange("minCompressionSize", bytes, 1, GIB);
      return this;
    }

    /**
     * Sets what compresses and decompresses its format, in place of the service found: for another level, say.
     */
    public Builder compressor(Compressor compressor) {
      var format = compressor.format();
      if (format == Compression.NONE) {
        throw new IllegalArgumentException("compressor must have a format, not NONE");
      }
      return with(compressor);
    }

    private Builder with(Compressor compressor) {
      var all = new EnumMap<Compression, Compressor>(Compression.class);
      all.putAll(compressors);
      all.put(compressor.format(), compressor);
      compressors = Map.copyOf(all);
      return this;
    }

    /** Sets how sealed segments are read. Default {@link ReadStrategy#MMAP}. */
    public Builder readStrategy(ReadStrategy strategy) {
      readStrategy = Objects.requireNonNull(strategy, "readStrategy");
      return this;
    }

    /** Sets what opening a damaged stream for writing does. Default {@link CorruptionPolicy#ERROR}. */
    public Builder corruptionPolicy(CorruptionPolicy policy) {
      corruptionPolicy = Objects.requireNonNull(policy, "corruptionPolicy");
      return this;
    }

    /** Sets whether segments are filled with zeros ahead of need, so that an append allocates nothing. Default true. */
    public Builder preallocate(boolean on) {
      preallocate = on;
      return this;
    }

    /** Sets where futures complete. Default: a new virtual thread each. */
    public Builder completionExecutor(Executor executor) {
      completionExecutor = Objects.requireNonNull(executor, "completionExecutor");
      return this;
    }

    /**
     * Returns the options.
     *
     * @throws IllegalArgumentException if payloads are to be compressed in a format for which there is no
     *   {@link Compressor}
     */
    public WalOptions build() {
      var built = new Builder(this);
      if (compression != Compression.NONE && !compressors.containsKey(compression)) {
        built.with(Compressor.find(compression).orElseThrow(() -> new IllegalArgumentException("compression: there is "
            + "nothing that compresses in " + compression + ": add dev.holdfast:holdfast-compression-"
            + compression.name().toLowerCase(Locale.ROOT) + " to the program, or give a compressor")));
      }
      return new WalOptions(built);
    }
  }

  /** Created when first needed. */
  private static final class VirtualThreads {
    private static final Executor INSTANCE = Executors
        .newThreadPerTaskExecutor(Thread.ofVirtual().name("holdfast-completion-", 0).factory());
  }
}
