package dev.holdfast.benchmarks.limit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The simplest correct group commit. Appenders frame their record into a buffer under a lock; whoever finds no leader
 * leads: swaps the buffer, writes it, syncs it, wakes those whose records were in it, and hands the lead to one of
 * those that came meanwhile. An append returns only after a sync that began when its frame had been written.
 *
 * <p>
 * The threads must not be interrupted.
 */
public final class LimitGroupCommit implements Appender {

  /** What a leader does before it swaps the buffer. */
  public enum Gathering {
    /** Nothing. */
    NONE,
    /** It yields once, so that those just woken can join its group. */
    YIELD
  }

  private final Target target;
  private final Gathering gathering;
  private final LongAdder groups = new LongAdder();
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final Frames frames = new Frames();
  private Group filling;
  private Group spare;
  private boolean hasLeader;
  private long nextId;

  // Belongs to the leader; handed on through the lock.
  private @Nullable IOException failure;

  private LimitGroupCommit(Target target, int bufferSize, Gathering gathering) {
    this.target = target;
    this.gathering = gathering;
    this.filling = new Group(Frames.buffer(bufferSize), new ArrayList<>());
    this.spare = new Group(Frames.buffer(bufferSize), new ArrayList<>());
  }

  /** Creates the program and its file, for at most {@code threads} threads and records of this size. */
  public static LimitGroupCommit create(Path path, long fileSize, int threads, int largestRecord, ChannelKind channel,
      Gathering gathering) throws IOException {
    int bufferSize = Math.multiplyExact(threads, Frames.size(largestRecord));
    return new LimitGroupCommit(PreallocatedFile.create(path, fileSize, channel), bufferSize, gathering);
  }

  /**
   * Creates the program in an existing directory, with one file behind the other ({@link RollingFiles}) where the other
   * begins its file again: what it takes to prepare them is part of what is measured.
   */
  public static LimitGroupCommit createGrowing(Path directory, long fileSize, int threads, int largestRecord,
      ChannelKind channel, Gathering gathering) throws IOException {
    int bufferSize = Math.multiplyExact(threads, Frames.size(largestRecord));
    return new LimitGroupCommit(RollingFiles.create(directory, fileSize, channel), bufferSize, gathering);
  }

  @Override
  public long append(byte[] record) throws IOException {
    var self = new Member(Thread.currentThread());
    long id = join(self, record);
    if (self.awaitTurn() == Turn.LEAD) {
      lead(self);
    }
    if (self.turn == Turn.FAILED) {
      throw new IOException("the sync failed", failure);
    }
    return id;
  }

  /** Returns how many groups have been synced. */
  public long groups() {
    return groups.sum();
  }

  private long join(Member self, byte[] record) {
    lock.lock();
    try {
      long id = nextId++;
      frames.put(filling.frames, id, record);
      filling.members.add(self);
      if (!hasLeader) {
        hasLeader = true;
        self.turn = Turn.LEAD;
      }
      return id;
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // What yielding gains is measured, not relied on.
  private void lead(Member self) {
    if (gathering == Gathering.YIELD) {
      Thread.yield();
    }
    Group group = takeGroup();
    Turn outcome = writeAndSync(group.frames.flip());
    for (Member member : group.members) {
      member.turn = outcome;
      if (member != self) {
        LockSupport.unpark(member.thread);
      }
    }
    group.members.clear();
    handOn();
  }

  private Group takeGroup() {
    lock.lock();
    try {
      Group group = filling;
      filling = spare;
      filling.frames.clear();
      spare = group;
      return group;
    } finally {
      lock.unlock();
    }
  }

  private Turn writeAndSync(ByteBuffer bytes) {
    if (failure != null) {
      return Turn.FAILED;
    }
    try {
      target.append(bytes);
      target.sync();
      groups.increment();
      return Turn.DONE;
    } catch (IOException e) {
      failure = e;
      return Turn.FAILED;
    }
  }

  private void handOn() {
    lock.lock();
    try {
      if (filling.members.isEmpty()) {
        hasLeader = false;
      } else {
        Member next = filling.members.getFirst();
        next.turn = Turn.LEAD;
        LockSupport.unpark(next.thread);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    target.close();
  }

  private enum Turn {
    WAIT, LEAD, DONE, FAILED
  }

  private record Group(ByteBuffer frames, List<Member> members) {}

  /** One append under way. */
  private static final class Member {
    private final Thread thread;
    private volatile Turn turn = Turn.WAIT;

    Member(Thread thread) {
      this.thread = thread;
    }

    Turn awaitTurn() {
      while (turn == Turn.WAIT) {
        LockSupport.park(this);
      }
      return turn;
    }
  }
}
