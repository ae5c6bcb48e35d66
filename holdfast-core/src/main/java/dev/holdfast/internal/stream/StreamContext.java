package dev.holdfast.internal.stream;

import dev.holdfast.SyncPolicy;
import dev.holdfast.WalOptions;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * What the streams of a log share.
 *
 * @param options the options, those of the stream applied
 * @param buffers staging buffers
 * @param scratches read buffers
 * @param compression what frames that are compressed need
 * @param background threads
 * @param clock the time that records get
 * @param rings which streams get a ring
 * @param spares what streams may keep of truncated segments
 * @param random where salts and stream ids come from; safe for use by many threads
 * @param names the names that lead to them, as opening has found them
 */
public record StreamContext(WalOptions options, BufferPool buffers, ScratchPool scratches,
    FrameCompression compression, Background background, RingLimits rings,
    SpareLimits spares, InstantSource clock,
    RandomGenerator random, FoundNames names) {

  /** Returns whether the policy wants a batch, or a single record, to be durable before it is acknowledged. */
  boolean mustSync(boolean batch) {
    var policy = options.syncPolicy();
    if (policy.equals(SyncPolicy.BATCH_ONLY)) {
      return batch;
    }
    return policy.equals(SyncPolicy.STRICT) || (policy instanceof SyncPolicy.EveryN(var n) && n == 1);
  }

  /** Returns the same with other options. */
  public StreamContext with(WalOptions other) {
    return new StreamContext(other, buffers, scratches, compression, background, rings, spares, clock, random,
        names);
  }
}
