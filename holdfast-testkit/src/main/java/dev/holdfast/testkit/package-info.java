/**
 * Storage that loses power or fails on request, and the contract suite that every directory must pass.
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
 * A new {@link dev.holdfast.storage.Directory} is tested by a subclass of
 * {@link dev.holdfast.testkit.DirectoryContract}.
 */
package dev.holdfast.testkit;
