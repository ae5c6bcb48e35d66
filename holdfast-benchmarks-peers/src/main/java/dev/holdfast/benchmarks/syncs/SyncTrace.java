package dev.holdfast.benchmarks.syncs;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a trace by {@code strace -f} says happened between the marks.
 *
 * @param syncs how many system calls that make something durable completed, by name
 * @param others how many of the other traced ones, by name
 */
record SyncTrace(Map<String, Integer> syncs, Map<String, Integer> others) {
  /** The system calls to trace. */
  static final String TRACED = "fsync,fdatasync,msync,sync_file_range,io_submit,open,openat,stat,statx,access,faccessat,faccessat2,"
      + "newfstatat,pwrite64,pwritev,pwritev2,write,writev,close";

  private static final Set<String> ALWAYS_SYNC = Set.of("fsync", "fdatasync");
  private static final Set<String> WRITES = Set.of("pwrite64", "pwritev", "pwritev2", "write", "writev");
  private static final Set<String> COUNTED = Set.of("sync_file_range", "io_submit", "msync");

  /** The thread, then the call as it begins; or as it goes on after another thread's. */
  private static final Pattern CALL = Pattern
      .compile("^(?:\\[pid +)?(\\d+)?\\]? *(?:<\\.\\.\\. )?([a-z_0-9]+)(\\(| resumed>)(.*)$");
  private static final Pattern OPENED = Pattern.compile("O_D?SYNC.* = (\\d+)(?:<.*)?$");
  private static final Pattern DESCRIPTOR = Pattern.compile("^(\\d+)");

  /** Reads a trace. */
  static SyncTrace of(List<String> lines) {
    Map<String, Integer> syncs = new TreeMap<>();
    Map<String, Integer> others = new TreeMap<>();
    Set<String> synchronous = new HashSet<>();
    boolean counting = false;
    for (String line : lines) {
      if (line.contains(SyncsChild.MARK + "begin")) {
        counting = true;
      } else if (line.contains(SyncsChild.MARK + "end")) {
        counting = false;
      }
      Matcher call = CALL.matcher(line);
      if (!call.matches()) {
        continue;
      }
      String name = call.group(2);
      String rest = call.group(4);
      noteDescriptor(name, rest, synchronous);
      boolean begins = call.group(3).equals("(");
      if (counting && begins) {
        count(name, rest, synchronous, syncs, others);
      }
    }
    return new SyncTrace(syncs, others);
  }

  /** Descriptors opened with O_SYNC or O_DSYNC sync with every write. */
  private static void noteDescriptor(String name, String rest, Set<String> synchronous) {
    Matcher opened = OPENED.matcher(rest);
    if (name.startsWith("open") && opened.find()) {
      synchronous.add(opened.group(1));
    } else if (name.equals("close")) {
      synchronous.remove(descriptor(rest));
    }
  }

  private static void count(String name, String rest, Set<String> synchronous, Map<String, Integer> syncs,
      Map<String, Integer> others) {
    if (ALWAYS_SYNC.contains(name)) {
      syncs.merge(name, 1, Integer::sum);
    } else if (name.equals("msync") && rest.contains("MS_SYNC")) {
      syncs.merge("msync(MS_SYNC)", 1, Integer::sum);
    } else if (WRITES.contains(name) && synchronous.contains(descriptor(rest))) {
      syncs.merge(name + " (O_DSYNC)", 1, Integer::sum);
    } else if (WRITES.contains(name)) {
      others.merge("writes", 1, Integer::sum);
    } else if (COUNTED.contains(name)) {
      others.merge(name, 1, Integer::sum);
    }
  }

  private static String descriptor(String arguments) {
    Matcher descriptor = DESCRIPTOR.matcher(arguments);
    return descriptor.find() ? descriptor.group(1) : "";
  }

  /** Returns how many calls made something durable. */
  int total() {
    return syncs.values().stream().mapToInt(Integer::intValue).sum();
  }
}
