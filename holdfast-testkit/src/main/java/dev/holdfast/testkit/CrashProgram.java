package dev.holdfast.testkit;

import java.util.List;
import java.util.SplittableRandom;

/**
 * A program that stores something on a {@link SimulatedDisk}, and knows what it has promised to its users: what a
 * {@link CrashExplorer} tries to break. It may be used by several threads at a time, each with a disk of its own, so it
 * keeps nothing in fields.
 *
 * @param <C> one step of what the program does; {@link Object#toString()} says what, in a failure
 * @param <P> what has been promised: immutable, and best with {@code equals} and {@code hashCode}, so that the same
 *   disk with the same promises is not checked twice; needed where several threads store into mapped memory
 */
public interface CrashProgram<C, P> {

  /** Returns what reports and failures call it. */
  String name();

  /**
   * Returns what to do; the same for the same random numbers. Each command must make sense whichever of those before it
   * are left out: a failure is reported with as few of them as are needed.
   */
  List<C> commands(SplittableRandom random);

  /** Returns what is promised on an empty disk before anything was done. */
  P nothing();

  /**
   * Does all of it, on an empty disk, and keeps the promises up to date: raises them as soon as users may rely on more,
   * and lowers them before anything is undone. The disk may lose its power on the way; then the program ends with an
   * error that is caused by a {@link PowerLostException}.
   *
   * @throws Exception if something went wrong: a failure, unless the power was lost
   */
  void run(SimulatedDisk disk, List<C> commands, Promises<P> promises) throws Exception;

  /**
   * Starts anew on a disk that is found after an outage, checks that everything promised is there, and may go on, with
   * the promises kept up to date: it is crashed as well.
   *
   * @param promises what was promised when the crash came
   * @param outage the worst that has happened since then
   * @param random for what may be done in this way or that; the same when the failure is replayed
   * @throws Exception if the disk could not be read, or a promise was not kept; also any {@link Error}
   */
  void recover(SimulatedDisk disk, Promises<P> promises, Outage outage, SplittableRandom random) throws Exception;
}
