/**
 * Storage that loses power or fails on request, an explorer that crashes programs on it, and the contract suite that
 * every directory must pass.
 *
 * <p>
 * A {@link dev.holdfast.testkit.SimulatedDisk} keeps what programs see apart from what is durable. A test runs a
 * program on it, stops at any operation, and looks at what a power loss may leave:
 *
 * <pre>{@code
 * SimulatedDisk disk = new SimulatedDisk();
 * try (LogFile file = disk.root().create("f", 0)) {
 *   file.write(ByteBuffer.wrap(new byte[]{1, 2, 3}), 0);
 *   file.force();
 * }
 * disk.root().sync();
 * for (long seed = 0; seed < 1000; seed++) {
 *   byte[] found = disk.crash(Crash.random(seed)).root().read("f", 100); // always the three bytes
 * }
 * }</pre>
 *
 * <p>
 * A {@link dev.holdfast.testkit.CrashExplorer} does that at every operation of a program, in every way or in many, and
 * once more while the program recovers. It is told what the program does, what it has promised by when, and how to see
 * whether that was kept. A program that counts, and promises that no count it has returned is forgotten:
 *
 * <pre>{@code
 * final class Counter implements CrashProgram<String, Integer> {
 *   public String name() {
 *     return "counter";
 *   }
 *
 *   public List<String> commands(SplittableRandom random) {
 *     return Collections.nCopies(5 + random.nextInt(5), "count");
 *   }
 *
 *   public Integer nothing() {
 *     return 0;
 *   }
 *
 *   public void run(SimulatedDisk disk, List<String> commands, Promises<Integer> promises) throws IOException {
 *     for (int count = 1; count <= commands.size(); count++) {
 *       disk.root().writeAtomically("count", new byte[]{(byte) count}); // durable when it returns
 *       promises.are(count);
 *     }
 *   }
 *
 *   public void recover(SimulatedDisk disk, Promises<Integer> promises, Outage outage, SplittableRandom random)
 *       throws IOException {
 *     int found = disk.root().exists("count") ? disk.root().read("count", 1)[0] : 0;
 *     if (found < promises.current()) {
 *       throw new AssertionError("counted to " + promises.current() + ", found " + found);
 *     }
 *   }
 * }
 *
 * CrashReport report = CrashExplorer.of(new Counter()).explore(); // throws a CrashFailure that says how to replay it
 * }</pre>
 *
 * <p>
 * A new {@link dev.holdfast.storage.Directory} is tested by a subclass of
 * {@link dev.holdfast.testkit.DirectoryContract}.
 */
package dev.holdfast.testkit;
