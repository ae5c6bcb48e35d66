package dev.holdfast.benchmarks;

/**
 * What opening a log once took; a line of text between two JVMs.
 *
 * @param nanos how long
 * @param bytesScanned how many bytes had to be read through
 * @param segmentsScanned in how many segments
 */
record Opening(long nanos, long bytesScanned, int segmentsScanned) {

  static Opening parse(String line) {
    String[] parts = line.split(" ", -1);
    return new Opening(Long.parseLong(parts[0]), Long.parseLong(parts[1]), Integer.parseInt(parts[2]));
  }

  String line() {
    return nanos + " " + bytesScanned + " " + segmentsScanned;
  }
}
