package dev.holdfast.checks.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import dev.holdfast.corruption.Damages.Damage;
import dev.holdfast.corruption.Examination;
import dev.holdfast.corruption.QuietLogs;
import dev.holdfast.corruption.Shape;
import java.util.List;

/**
 * Overwrites a part of one file of a log with anything. Whatever it is, the outcome must be an exception that names a
 * file, or the right records with nothing missing that was promised durable.
 */
public final class DamageFuzzer {
  private static final int MOST = 64;
  private static final List<Shape> SHAPES = Shape.all();

  private DamageFuzzer() {}

  /** Before the first input. */
  public static void fuzzerInitialize() {
    QuietLogs.please();
  }

  /** One input. */
  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    var shape = data.pickValue(SHAPES);
    var paths = shape.image().files().keySet().stream().filter(path -> path.startsWith(Shape.PREFIX)).toList();
    var path = data.pickValue(paths);
    var file = shape.image().get(path).clone();
    var offset = data.consumeInt(0, file.length - 1);
    var bytes = data.consumeBytes(Math.min(MOST, file.length - offset));
    System.arraycopy(bytes, 0, file, offset, bytes.length);
    var damage = new Damage(bytes.length + " bytes at " + offset, path, shape.image().with(path, file));
    var findings = Examination.of(shape, damage);
    if (!findings.isEmpty()) {
      throw new AssertionError(String.join("\n", findings));
    }
  }
}
