package dev.holdfast.benchmarks;

import dev.holdfast.Compression;
import dev.holdfast.LogStream;
import dev.holdfast.StreamOptions;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.benchmarks.compressor.HostileInput;
import dev.holdfast.benchmarks.compressor.Json;
import dev.holdfast.benchmarks.compressor.Libraries;
import dev.holdfast.benchmarks.compressor.Library;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.ThreadKind;
import dev.holdfast.benchmarks.report.Figure;
import dev.holdfast.benchmarks.report.Report;
import dev.holdfast.benchmarks.report.Unit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Compression: what it costs a log, and the libraries that were compared for it. */
@Command(name = "compression", description = "Compressed logs beside plain ones; with --libraries, libraries that "
    + "compress; with --hostile, what those make of changed bytes.")
final class CompressionWorkload extends Workload {
  private static final int[] SIZES = {1 << 10, 16 << 10};
  private static final int SAMPLES = 64;
  private static final int READ = 2000;

  @Option(names = "--libraries", description = "Compare libraries.")
  boolean libraries;

  @Option(names = "--hostile", paramLabel = "N", description = "Give each library N changed inputs of each size.")
  int hostile;

  @Override
  protected void measure(Session session) throws Exception {
    if (libraries) {
      session.report().begin("libraries", "JSON records, one thread, arrays to arrays");
      for (int size : SIZES) {
        compare(session, "LZ4, " + Tables.bytes(size), Libraries.lz4(), size);
        compare(session, "Zstandard, " + Tables.bytes(size), Libraries.zstd(), size);
      }
    }
    if (hostile > 0) {
      session.report().begin("hostile", hostile + " changed inputs each");
      for (int size : SIZES) {
        harm(session.report(), "LZ4, " + Tables.bytes(size), Libraries.lz4(), size);
        harm(session.report(), "Zstandard, " + Tables.bytes(size), Libraries.zstd(), size);
      }
    }
    if (!libraries && hostile == 0) {
      session.report().begin("compression", "JSON records, ASYNC, one thread");
      for (int size : SIZES) {
        measureLogs(session, size);
      }
    }
  }

  private static List<byte[]> records(int size) {
    return IntStream.range(0, SAMPLES).mapToObj(i -> Json.ofSize(size, i)).toList();
  }

  private static void compare(Session session, String setting, List<Library> all, int size) throws Exception {
    Settings settings = session.settings();
    List<byte[]> records = records(size);
    Load load = new Load(ThreadKind.PLATFORM, 1,
        settings.load(ThreadKind.PLATFORM, 1, 0, Load.Timing.ROUND).duration(), Long.MAX_VALUE, Load.Timing.ROUND);
    try (Programs compressing = Programs.in(session); Programs decompressing = Programs.in(session)) {
      for (Library library : all) {
        byte[] target = new byte[library.bound().of(size)];
        byte[] back = new byte[size];
        List<byte[]> compressed = new ArrayList<>();
        long sum = 0;
        for (byte[] record : records) {
          int length = library.compress().apply(record, target);
          compressed.add(Arrays.copyOf(target, length));
          sum += length;
        }
        session.report().add(setting + ", size", library.name(),
            List.of(new Figure("compressed", (double) sum / SAMPLES, Unit.SIZE),
                new Figure("of plain", (double) sum / SAMPLES / size, Unit.RATIO)));
        compressing.add(library.name(), i -> library.compress().apply(records.get((int) (i % SAMPLES)), target));
        decompressing.add(library.name(), i -> {
          byte[] source = compressed.get((int) (i % SAMPLES));
          if (library.decompress().apply(source, source.length, back, 0, size) != size) {
            throw new IllegalStateException(library.name());
          }
        });
      }
      Tables.addRates(session.report(), setting + ", compress", compressing.takeTurns(load, settings.rounds), 1);
      Tables.addRates(session.report(), setting + ", decompress", decompressing.takeTurns(load, settings.rounds), 1);
    }
  }

  private void harm(Report report, String setting, List<Library> all, int size) {
    for (Library library : all) {
      HostileInput.Outcome outcome = HostileInput.of(library, Json.ofSize(size, 1), hostile);
      report.add(setting, library.name(),
          List.of(new Figure("refused", outcome.ownExceptions(), Unit.COUNT),
              new Figure("by java.*", outcome.otherExceptions(), Unit.COUNT),
              new Figure("taken", outcome.taken(), Unit.COUNT),
              new Figure("wrote outside", outcome.outside(), Unit.COUNT),
              new Figure("stale bytes", outcome.stale(), Unit.COUNT)));
    }
  }

  private static void measureLogs(Session session, int size) throws Exception {
    Settings settings = session.settings();
    List<byte[]> records = records(size);
    try (Programs programs = Programs.in(session)) {
      Map<String, LogStream> streams = new LinkedHashMap<>();
      for (Compression compression : Compression.values()) {
        streams.put(compression.name(), streamIn(programs, compression, 32 << 20));
      }
      streams.forEach((name, stream) -> programs.add(name,
          i -> stream.append(records.get((int) (i % SAMPLES)))));
      Tables.addRates(session.report(), "append, " + Tables.bytes(size),
          programs.takeTurns(settings.load(ThreadKind.PLATFORM, 1, size, Load.Timing.ROUND), settings.rounds), 1);
    }
    measureReading(session, size, records);
  }

  private static LogStream streamIn(Programs programs, Compression compression, long cache) {
    Wal wal = Wal.open(programs.path(compression + "-" + cache),
        WalOptions.builder().syncPolicy(SyncPolicy.ASYNC).blockCacheSize(cache).build());
    programs.closing(wal::close);
    return wal.stream("s", StreamOptions.none().withCompression(compression));
  }

  private static void measureReading(Session session, int size, List<byte[]> records) throws Exception {
    Settings settings = session.settings();
    Load load = new Load(ThreadKind.PLATFORM, 1,
        settings.load(ThreadKind.PLATFORM, 1, 0, Load.Timing.ROUND).duration(), Long.MAX_VALUE, Load.Timing.ROUND);
    try (Programs getting = Programs.in(session); Programs scanning = Programs.in(session)) {
      for (Compression compression : Compression.values()) {
        for (long cache : compression == Compression.NONE ? new long[]{0} : new long[]{0, 256 << 20}) {
          LogStream stream = streamIn(getting, compression, cache);
          for (int i = 0; i < READ; i++) {
            stream.append(records.get(i % SAMPLES));
          }
          String name = compression + (cache == 0 ? "" : ", all in the cache");
          getting.add(name, i -> get(stream, i * 7919 % READ, size));
          if (cache == 0) {
            scanning.add(name, _ -> scan(stream));
            double bytes = stream.segments().stream().mapToLong(segment -> segment.dataBytes()).sum();
            session.report().add("on disk, " + Tables.bytes(size), name,
                List.of(new Figure("a record", bytes / READ, Unit.SIZE)));
          }
        }
      }
      Tables.addRates(session.report(), "get, " + Tables.bytes(size), getting.takeTurns(load, settings.rounds), 1);
      Tables.addRates(session.report(), "scan, " + Tables.bytes(size), scanning.takeTurns(load, settings.rounds),
          READ);
    }
  }

  private static void get(LogStream stream, long id, int size) {
    if (stream.get(id).orElseThrow().length != size) {
      throw new IllegalStateException("record " + id);
    }
  }

  private static void scan(LogStream stream) {
    try (var cursor = stream.read(0)) {
      int count = 0;
      while (cursor.next()) {
        count++;
      }
      if (count != READ) {
        throw new IllegalStateException(count + " records");
      }
    }
  }
}
