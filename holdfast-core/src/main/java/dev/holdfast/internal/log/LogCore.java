package dev.holdfast.internal.log;

import dev.holdfast.Codec;
import dev.holdfast.LogStream;
import dev.holdfast.ReadStrategy;
import dev.holdfast.RecoveryReport;
import dev.holdfast.StreamOptions;
import dev.holdfast.StreamStats;
import dev.holdfast.TypedStream;
import dev.holdfast.Wal;
import dev.holdfast.WalClosedException;
import dev.holdfast.WalIOException;
import dev.holdfast.WalOptions;
import dev.holdfast.WalStats;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.segment.OpenFiles;
import dev.holdfast.internal.segment.Reaper;
import dev.holdfast.internal.stream.Background;
import dev.holdfast.internal.stream.BufferPool;
import dev.holdfast.internal.stream.EngineStream;
import dev.holdfast.internal.stream.FoundNames;
import dev.holdfast.internal.stream.FrameCompression;
import dev.holdfast.internal.stream.RingLimits;
import dev.holdfast.internal.stream.ScratchPool;
import dev.holdfast.internal.stream.SpareLimits;
import dev.holdfast.internal.stream.StreamContext;
import dev.holdfast.internal.stream.StreamHome;
import dev.holdfast.internal.typed.CodecStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What a log has in common whether it is open for writing or for reading: its streams, by name, each opened when it is
 * first asked for.
 *
 * @param <S> the streams
 */
abstract sealed class LogCore<S extends EngineStream> implements Wal permits WritableLog, ReadOnlyLog {
  private static final int BUFFERS = 64;
  private static final int MAX_RINGS = 64;

  final LogRoots roots;
  final WalOptions options;
  final Background background;
  final Reaper reaper = new Reaper();
  final OpenFiles openFiles;
  final StreamContext context;
  /** The streams opened so far; a stream is opened and deleted under its entry's lock. */
  final ConcurrentHashMap<String, Opened<S>> streams = new ConcurrentHashMap<>();
  /** The streams that no user's name can reach. */
  final ConcurrentHashMap<String, S> systemStreams = new ConcurrentHashMap<>();
  /** Held by who writes, deletes or publishes snapshots of a stream, by its name. */
  final ConcurrentHashMap<String, ReentrantLock> snapshotLocks = new ConcurrentHashMap<>();
  /** Shared by those who open streams; held alone by who deletes one, or closes the log. */
  final ReentrantReadWriteLock structure = new ReentrantReadWriteLock();
  volatile boolean closed;

  /** A stream and the options it was opened with. */
  record Opened<S>(S stream, StreamOptions options) {}

  /** Opens a stream. */
  interface Opener<S> {
    S open(StreamHome home, StreamContext context) throws IOException;
  }

  LogCore(LogRoots roots, WalOptions options, Surroundings surroundings) {
    this.roots = roots;
    this.options = options;
    this.background = surroundings.background().get();
    this.openFiles = new OpenFiles(options.maxOpenSegments(), reaper);
    this.context = new StreamContext(options, new BufferPool(options.writeBufferSize(), BUFFERS), new ScratchPool(),
        new FrameCompression(options), background,
        new RingLimits(surroundings.writesBeforeMap(), new Semaphore(MAX_RINGS)), new SpareLimits(),
        surroundings.clock(),
        surroundings.random(), new FoundNames(roots::syncNames));
  }

  abstract S open(StreamHome streamHome, StreamContext streamContext) throws IOException;

  /** Does what is left to do before a stream of this name is opened. */
  abstract void prepare(String name) throws IOException;

  /** Returns when it may be told which streams there are: whoever has seen one must find it again. */
  abstract void awaitNames() throws IOException;

  @Override
  public final LogStream stream(String name) {
    return opened(name, StreamOptions.none()).stream();
  }

  @Override
  public final LogStream stream(String name, StreamOptions streamOptions) {
    return withOptions(name, streamOptions);
  }

  private S withOptions(String name, StreamOptions streamOptions) {
    Objects.requireNonNull(streamOptions, "options");
    var opened = opened(name, streamOptions);
    if (!opened.options().equals(streamOptions)) {
      throw new IllegalArgumentException("options: stream '" + name + "' has been opened with others before");
    }
    return opened.stream();
  }

  @Override
  public final <E> TypedStream<E> stream(String name, Codec<E> codec) {
    Objects.requireNonNull(codec, "codec");
    return new CodecStream<>(opened(name, StreamOptions.none()).stream(), codec, options);
  }

  @Override
  public final <E> TypedStream<E> stream(String name, StreamOptions streamOptions, Codec<E> codec) {
    Objects.requireNonNull(codec, "codec");
    return new CodecStream<>(withOptions(name, streamOptions), codec, options);
  }

  private Opened<S> opened(String name, StreamOptions streamOptions) {
    Names.encode(name);
    checkOpen();
    var known = streams.get(name);
    if (known != null) {
      return known;
    }
    structure.readLock().lock();
    try {
      checkOpen();
      return streams.computeIfAbsent(name, _ -> openNow(name, streamOptions));
    } finally {
      structure.readLock().unlock();
    }
  }

  private Opened<S> openNow(String name, StreamOptions streamOptions) {
    try {
      prepare(name);
      return new Opened<>(open(homeOf(name), context.with(streamOptions.applyTo(options))), streamOptions);
    } catch (IOException e) {
      throw new WalIOException("cannot open stream '" + name + "': " + e.getMessage(), e);
    }
  }

  final StreamHome homeOf(String name) throws IOException {
    return new StreamHome(roots.of(name).streams(), name, roots.labelOf(name), openFiles,
        options.readStrategy() == ReadStrategy.MMAP, roots.of(name).readers());
  }

  /** Returns a stream that no user's name can reach; whoever asks first says how it is opened. */
  final S systemStream(String name, WalOptions systemOptions) {
    structure.readLock().lock();
    try {
      checkOpen();
      return systemStreams.computeIfAbsent(name, _ -> openSystemNow(name, systemOptions));
    } finally {
      structure.readLock().unlock();
    }
  }

  private S openSystemNow(String name, WalOptions systemOptions) {
    var home = roots.first();
    try {
      var streamHome = new StreamHome(home.system(), name, home.labelOfSystem(name), openFiles,
          options.readStrategy() == ReadStrategy.MMAP, home.readers());
      return open(streamHome, context.with(systemOptions));
    } catch (IOException e) {
      throw new WalIOException("cannot open " + home.labelOfSystem(name) + ": " + e.getMessage(), e);
    }
  }

  /** Returns all streams that are open, those of the system last. */
  final List<S> openStreams() {
    return Stream.concat(streams.values().stream().map(Opened::stream), systemStreams.values().stream()).toList();
  }

  @Override
  public final List<String> streamNames() {
    checkOpen();
    try {
      awaitNames();
      return roots.streamNames();
    } catch (IOException e) {
      throw new WalIOException("cannot list the streams of " + roots.label() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public final boolean hasStream(String name) {
    checkOpen();
    try {
      awaitNames();
      return roots.of(name).streams().exists(Names.encode(name));
    } catch (IOException e) {
      throw new WalIOException("cannot look for stream '" + name + "': " + e.getMessage(), e);
    }
  }

  @Override
  public final WalStats stats() {
    checkOpen();
    Map<String, StreamStats> figures = collect(LogStream::stats);
    return new WalStats(openFiles.count(), figures);
  }

  @Override
  public final Map<String, RecoveryReport> recovery() {
    checkOpen();
    return collect(LogStream::recovery);
  }

  private <V> Map<String, V> collect(Function<LogStream, V> value) {
    var result = new TreeMap<String, V>();
    streams.forEach((name, opened) -> result.put(name, value.apply(opened.stream())));
    return result;
  }

  final void checkOpen() {
    if (closed) {
      throw new WalClosedException("the log in " + roots.label() + " is closed");
    }
  }
}
