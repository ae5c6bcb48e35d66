package dev.holdfast.internal.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.internal.format.RingHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StagedFramesTest {
  private static final int SIZE = 1 << 15;
  private static final int READERS = 2;
  private static final int LONGEST = 500;
  private static final int ENOUGH = 500;
  private static final Duration SHORTEST = Duration.ofMillis(500);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static Ring.Half half(Arena arena) {
    return new Ring.Half(arena.allocate(RingHeader.SIZE + SIZE));
  }

  private static byte[] filled(int length, int value) {
    var bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  @Test
  @DisplayName("only what is said to be filled is read, until it is over")
  void bounds() throws IOException {
    try (var arena = Arena.ofShared()) {
      var half = half(arena);
      var frames = new StagedFrames(half, 1000, null);
      half.copy(filled(200, 7), 0, 200);
      var bytes = new byte[300];
      assertEquals(StagedFrames.NOT_THERE, frames.read(1000, bytes, 0, 300));
      frames.filled(160);
      assertEquals(160, frames.read(1000, bytes, 0, 300));
      assertEquals(10, frames.read(1150, bytes, 5, 300));
      assertEquals(3, frames.read(1100, bytes, 5, 3));
      assertEquals(StagedFrames.NOT_THERE, frames.read(1160, bytes, 0, 1));
      frames.end();
      assertEquals(StagedFrames.NOT_THERE, frames.read(1000, bytes, 0, 300));
    }
  }

  @Test
  @DisplayName("a position is looked for in what is being filled, then in what is being written")
  void chain() {
    try (var arena = Arena.ofShared()) {
      var half = half(arena);
      var older = new StagedFrames(half, 1000, null);
      var newer = new StagedFrames(half, 2000, older);
      assertNull(StagedFrames.at(999, newer));
      assertSame(older, StagedFrames.at(1000, newer));
      assertSame(older, StagedFrames.at(1999, newer));
      assertSame(newer, StagedFrames.at(2000, newer));
      newer.forgetBefore();
      assertNull(StagedFrames.at(1999, newer));
      assertNull(StagedFrames.at(0, null));
    }
  }

  @Test
  @DisplayName("memory that is gone is an error, unless all of it was written before")
  void closed() throws IOException {
    var arena = Arena.ofShared();
    var frames = new StagedFrames(half(arena), 0, null);
    frames.filled(100);
    var given = new StagedFrames(half(arena), 0, null);
    given.filled(100);
    arena.close();
    assertThrows(IOException.class, () -> frames.read(0, new byte[100], 0, 100));
    given.end();
    assertEquals(StagedFrames.NOT_THERE, given.read(0, new byte[100], 0, 100));
  }

  @Test
  @DisplayName("what is copied while the memory is used again is not taken for what it was")
  void recycled() {
    try (var arena = Arena.ofShared(); var readers = new Readers()) {
      var half = half(arena);
      var begun = System.nanoTime();
      var turn = 0;
      while (readers.noneHasEnded() && readers.wantMoreAfter(System.nanoTime() - begun)) {
        var frames = new StagedFrames(half, turn, null);
        half.copy(filled(SIZE, turn), 0, SIZE);
        frames.filled(SIZE);
        readers.current.set(new Turn(frames, turn));
        for (var i = 0; i < turn % LONGEST; i++) { // sometimes long enough to be read, sometimes not
          Thread.onSpinWait();
        }
        frames.end();
        turn++;
      }
    }
  }

  private record Turn(StagedFrames frames, int number) {}

  private static final class Readers implements AutoCloseable {
    private final AtomicReference<Turn> current = new AtomicReference<>();
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong missed = new AtomicLong();
    private final List<CompletableFuture<String>> running = new ArrayList<>();
    private volatile boolean over;

    Readers() {
      for (var i = 0; i < READERS; i++) {
        running.add(CompletableFuture.supplyAsync(this::readOn,
            task -> Thread.ofPlatform().name("reader").daemon().start(task)));
      }
    }

    /** Returns what went wrong, nothing if all went well. */
    private String readOn() {
      var bytes = new byte[SIZE];
      while (!over) {
        var turn = current.get();
        if (turn == null) {
          continue;
        }
        if (read(turn, bytes) < 0) {
          missed.incrementAndGet();
          continue;
        }
        for (var i = 0; i < SIZE; i++) {
          if (bytes[i] != (byte) turn.number) {
            return "byte " + i + " is of another turn than " + turn.number;
          }
        }
        reads.incrementAndGet();
      }
      return "";
    }

    private static int read(Turn turn, byte[] bytes) {
      try {
        return turn.frames.read(turn.number, bytes, 0, SIZE);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    boolean noneHasEnded() {
      return running.stream().noneMatch(CompletableFuture::isDone);
    }

    boolean wantMoreAfter(long nanos) {
      var enough = reads.get() > ENOUGH && missed.get() > ENOUGH && nanos > SHORTEST.toNanos();
      assertTrue(enough || nanos < LIMIT.toNanos(), () -> reads + " reads, " + missed + " too late");
      return !enough;
    }

    @Override
    public void close() {
      over = true;
      for (var reading : running) {
        assertEquals("", reading.orTimeout(30, TimeUnit.SECONDS).join());
      }
    }
  }
}
