package dev.holdfast;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one stream does differently from its log. Immutable. Not kept on disk: whoever opens the stream first after the
 * log was opened says it; {@code stream(name)} without options then returns the same stream.
 */
public final class StreamOptions {
  private static final StreamOptions NONE = new StreamOptions(null, null, null, null);

  private final @Nullable SyncPolicy syncPolicy;
  private final @Nullable Long maxSegmentSize;
  private final @Nullable Long maxRecordsPerSegment;
  private final @Nullable Compression compression;

  private StreamOptions(@Nullable SyncPolicy syncPolicy, @Nullable Long maxSegmentSize,
      @Nullable Long maxRecordsPerSegment, @Nullable Compression compression) {
    this.syncPolicy = syncPolicy;
    this.maxSegmentSize = maxSegmentSize;
    this.maxRecordsPerSegment = maxRecordsPerSegment;
    this.compression = compression;
  }

  /** Returns the options of a stream that does as its log does. */
  public static StreamOptions none() {
    return NONE;
  }

  /** Returns these options with another sync policy. */
  public StreamOptions withSyncPolicy(SyncPolicy policy) {
    return new StreamOptions(Objects.requireNonNull(policy, "policy"), maxSegmentSize, maxRecordsPerSegment,
        compression);
  }

  /** Returns these options with another segment size; bounds as of {@link WalOptions.Builder#maxSegmentSize}. */
  public StreamOptions withMaxSegmentSize(long bytes) {
    return new StreamOptions(syncPolicy, WalOptions.checkSegmentSize(bytes), maxRecordsPerSegment, compression);
  }

  /** Returns these options with another limit; bounds as of {@link WalOptions.Builder#maxRecordsPerSegment}. */
  public StreamOptions withMaxRecordsPerSegment(long records) {
    return new StreamOptions(syncPolicy, maxSegmentSize, WalOptions.checkRecordsPerSegment(records), compression);
  }

  /** Returns these options with another compression. */
  public StreamOptions withCompression(Compression format) {
    return new StreamOptions(syncPolicy, maxSegmentSize, maxRecordsPerSegment,
        Objects.requireNonNull(format, "compression"));
  }

  /** Returns the sync policy, if it differs. */
  public Optional<SyncPolicy> syncPolicy() {
    return Optional.ofNullable(syncPolicy);
  }

  /** Returns the compression, if it differs. */
  public Optional<Compression> compression() {
    return Optional.ofNullable(compression);
  }

  /**
   * Returns {@code base} with these differences.
   *
   * @throws IllegalArgumentException as of {@link WalOptions.Builder#build}
   */
  public WalOptions applyTo(WalOptions base) {
    var builder = base.toBuilder();
    if (syncPolicy != null) {
      builder.syncPolicy(syncPolicy);
    }
    if (maxSegmentSize != null) {
      builder.maxSegmentSize(maxSegmentSize);
    }
    if (maxRecordsPerSegment != null) {
      builder.maxRecordsPerSegment(maxRecordsPerSegment);
    }
    if (compression != null) {
      builder.compression(compression);
    }
    return builder.build();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StreamOptions that && Objects.equals(syncPolicy, that.syncPolicy)
        && Objects.equals(maxSegmentSize, that.maxSegmentSize)
        && Objects.equals(maxRecordsPerSegment, that.maxRecordsPerSegment)
        && compression == that.compression;
  }

  @Override
  public int hashCode() {
    return Objects.hash(syncPolicy, maxSegmentSize, maxRecordsPerSegment, compression);
  }
}
