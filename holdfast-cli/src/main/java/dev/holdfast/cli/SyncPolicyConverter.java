package dev.holdfast.cli;

import dev.holdfast.SyncPolicy;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code strict}, {@code batch-only}, {@code async}, {@code every:100}, {@code every:50ms}. */
final class SyncPolicyConverter implements ITypeConverter<SyncPolicy> {
  private static final String EVERY = "every:";

  @Override
  public SyncPolicy convert(String text) {
    var policy = text.toLowerCase(Locale.ROOT);
    return switch (policy) {
      case "strict" -> SyncPolicy.STRICT;
      case "batch-only" -> SyncPolicy.BATCH_ONLY;
      case "async" -> SyncPolicy.ASYNC;
      default -> every(policy);
    };
  }

  private static SyncPolicy every(String policy) {
    if (!policy.startsWith(EVERY)) {
      throw new TypeConversionException(
          "'" + policy + "' is none of strict, batch-only, async, every:N, every:DURATION");
    }
    var amount = policy.substring(EVERY.length());
    try {
      return amount.chars().allMatch(c -> c >= '0' && c <= '9')
          ? SyncPolicy.everyN(Integer.parseInt(amount))
          : SyncPolicy.every(new DurationConverter().convert(amount));
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException("'" + policy + "': " + e.getMessage());
    }
  }
}
