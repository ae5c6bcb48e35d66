package dev.holdfast.corruption;

import dev.holdfast.CorruptionPolicy;
import dev.holdfast.LogStream;
import dev.holdfast.Wal;
import dev.holdfast.WalException;
import dev.holdfast.WalOptions;
import dev.holdfast.corruption.Damages.Damage;
import dev.holdfast.storage.MemoryDirectory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Opens a damaged log in every way and says what is wrong with the outcome. Right is: an exception that names a file,
 * or the records that were appended, nothing promised durable missing. Wrong is: a record that never was, one that is
 * silently missing, an id given twice, a byte changed by reading or by refusing.
 */
public final class Examination {
  private static final byte[] NEW_RECORD = "appended after the damage".getBytes(StandardCharsets.UTF_8);
  private static final int HEADERS = 128 + 64;
  private static final Set<String> WRITER_S_OWN = Set.of("LOCK", "LOCK.owner");

  private final Shape shape;
  private final Damage damage;
  private final List<String> findings = new ArrayList<>();
  private String mode = "";
  private boolean appended;

  private Examination(Shape shape, Damage damage) {
    this.shape = shape;
    this.damage = damage;
  }

  /** Returns what is wrong. */
  public static List<String> of(Shape shape, Damage damage) {
    var examination = new Examination(shape, damage);
    examination.readOnly();
    examination.writing(true);
    examination.truncating();
    return examination.findings;
  }

  /** Returns what is wrong with reading only, and with opening for writing without going on from there. */
  public static List<String> ofReading(Shape shape, Damage damage) {
    var examination = new Examination(shape, damage);
    examination.readOnly();
    examination.writing(false);
    return examination.findings;
  }

  private void finding(String text) {
    findings.add(shape + ": " + damage + ": " + mode + ": " + text);
  }

  private void readOnly() {
    mode = "read-only";
    var directory = damage.image().toDirectory();
    var refusal = refusalOf(() -> {
      try (var wal = Wal.openReadOnly(directory, Shape.OPTIONS)) {
        readAll(wal.stream(Shape.STREAM));
      }
    });
    checkMessage(refusal);
    var changed = LogImage.of(directory).differenceTo(damage.image(), Set.of());
    if (!changed.isEmpty()) {
      finding("changed " + changed);
    }
  }

  private void writing(boolean goOn) {
    mode = "writing";
    var directory = damage.image().toDirectory();
    var refusal = refusalOf(() -> {
      try (var wal = Wal.open(directory, Shape.OPTIONS)) {
        var stream = openOrComplain(wal, directory);
        if (stream != null) {
          readAll(stream);
          if (goOn) {
            append(stream, shape.required());
          }
        }
      }
    });
    checkMessage(refusal);
    if (appended) {
      mode = "writing, then reading again";
      again(directory);
    }
  }

  /** Returns the stream, or null if it was refused, which must not have changed anything. */
  private @Nullable LogStream openOrComplain(Wal wal, MemoryDirectory directory) {
    var stream = new LogStream[1];
    var refusal = refusalOf(() -> stream[0] = wal.stream(Shape.STREAM));
    checkMessage(refusal);
    if (refusal != null) {
      var changed = LogImage.of(directory).differenceTo(damage.image(), WRITER_S_OWN);
      if (!changed.isEmpty()) {
        finding("was refused, but changed " + changed);
      }
    }
    return stream[0];
  }

  private void truncating() {
    mode = "TRUNCATE";
    appended = false;
    if (damage.path().equals("FORMAT")) {
      return;
    }
    var directory = damage.image().toDirectory();
    var refusal = refusalOf(() -> {
      try (var wal = Wal.open(directory, truncate())) {
        var stream = wal.stream(Shape.STREAM);
        readAll(stream);
        append(stream, 0);
      }
    });
    if (refusal != null) {
      finding("was refused: " + refusal);
      return;
    }
    everyByteIsKept(directory);
    mode = "TRUNCATE, then reading again";
    again(directory);
  }

  private static WalOptions truncate() {
    return Shape.OPTIONS.toBuilder().corruptionPolicy(CorruptionPolicy.TRUNCATE).build();
  }

  private void everyByteIsKept(MemoryDirectory directory) {
    var after = LogImage.of(directory);
    damage.image().files().forEach((path, bytes) -> {
      if (path.endsWith(".seg") && after.files().entrySet().stream()
          .noneMatch(file -> file.getKey().startsWith(Shape.PREFIX) && beginsWith(file.getValue(), bytes))) {
        finding("the bytes of " + path + " are gone");
      }
    });
  }

  private static boolean beginsWith(byte[] file, byte[] former) {
    var length = former.length;
    while (length > 0 && former[length - 1] == 0) {
      length--;
    }
    if (length <= HEADERS) {
      return true; // a segment without data may be replaced
    }
    return file.length >= length && Arrays.equals(file, 0, length, former, 0, length);
  }

  private void again(MemoryDirectory directory) {
    checkMessage(refusalOf(() -> {
      try (var wal = Wal.openReadOnly(directory, Shape.OPTIONS)) {
        var stream = wal.stream(Shape.STREAM);
        readAll(stream);
        var last = stream.get(stream.nextId() - 1);
        if (last.isEmpty() || !Arrays.equals(last.get(), NEW_RECORD)) {
          finding("the record appended is not the last one");
        }
      }
    }));
  }

  private void append(LogStream stream, long atLeast) {
    var end = stream.nextId();
    var id = stream.append(NEW_RECORD);
    appended = true;
    if (id != end) {
      finding("the next id was " + end + ", the record appended got " + id);
    }
    if (id < atLeast) {
      finding("id " + id + " was given again");
    }
  }

  // ---- reading

  private void readAll(LogStream stream) {
    var damaged = new ArrayList<RuntimeException>();
    var next = readInOrder(stream, damaged);
    var end = stream.nextId();
    if (damaged.isEmpty() && next != end) {
      finding("the cursor ended at " + next + " of " + end);
    }
    for (var id = shape.firstId(); id < Math.max(end, shape.required()); id++) {
      getOne(stream, id, damaged);
    }
    if (damaged.isEmpty() && mode.equals("read-only") && end < shape.required()) {
      finding("ends at " + end + " without saying that records up to " + shape.required() + " were there");
    }
    damaged.forEach(this::checkMessage);
  }

  private long readInOrder(LogStream stream, List<RuntimeException> damaged) {
    var next = stream.firstId();
    if (damaged.isEmpty() && next > shape.firstId() && !mode.startsWith("TRUNCATE")) {
      finding("begins at " + next);
    }
    var refusal = new long[]{next};
    var exception = refusalOf(() -> {
      try (var cursor = stream.read(0)) {
        while (cursor.next()) {
          if (cursor.id() != refusal[0]) {
            finding("the cursor went from " + (refusal[0] - 1) + " to " + cursor.id());
          }
          check(cursor.id(), cursor.copyPayload(), stream);
          refusal[0] = cursor.id() + 1;
        }
      }
    });
    if (exception != null) {
      damaged.add(exception);
    }
    return refusal[0];
  }

  private void getOne(LogStream stream, long id, List<RuntimeException> damaged) {
    var exception = refusalOf(() -> {
      var record = stream.get(id);
      if (record.isPresent()) {
        check(id, record.get(), stream);
      } else if (id < shape.required() && mode.equals("read-only")) {
        finding("record " + id + " is said not to exist");
      }
    });
    if (exception != null) {
      damaged.add(exception);
    }
  }

  private void check(long id, byte[] payload, LogStream stream) {
    var expected = shape.records().get(id);
    if (mode.endsWith("again") && id == stream.nextId() - 1) {
      return; // the new one
    }
    if (expected == null || !Arrays.equals(expected, payload)) {
      finding("a wrong record " + id);
    }
  }

  // ---- exceptions

  /** Returns what a step was refused with, null if it was not. */
  private @Nullable RuntimeException refusalOf(Runnable step) {
    try {
      step.run();
      return null;
    } catch (WalException | IllegalArgumentException e) {
      return e;
    } catch (RuntimeException | Error e) {
      finding("threw " + e + " at " + Arrays.toString(Arrays.copyOf(e.getStackTrace(), 4)));
      return null;
    }
  }

  private void checkMessage(@Nullable RuntimeException refusal) {
    if (refusal == null) {
      return;
    }
    var message = String.valueOf(refusal.getMessage());
    if (!message.contains(".seg") && !message.contains("STATE") && !message.contains("FORMAT")) {
      finding("the message names no file: " + refusal);
    }
  }
}
