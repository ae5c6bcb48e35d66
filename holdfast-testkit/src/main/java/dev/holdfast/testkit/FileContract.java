package dev.holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.LockMode;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The part of the {@link DirectoryContract} about names, files and what is in them. */
abstract class FileContract extends DirectoryContractTools {

  private static final String[] NOT_NAMES = {"", ".", "..", "a/b", "/a", "a/", "../a", "a\\b", "a\0b"};

  // --- names

  @Test
  void namesThatLeadElsewhereAreRefused() throws IOException {
    dir().create("there", 0).close();
    for (String name : NOT_NAMES) {
      refused(name, () -> dir().exists(name));
      refused(name, () -> dir().subdirectory(name));
      refused(name, () -> dir().createSubdirectory(name));
      refused(name, () -> dir().create(name, 0));
      refused(name, () -> dir().open(name, Access.READ));
      refused(name, () -> dir().delete(name));
      refused(name, () -> dir().rename(name, "x"));
      refused(name, () -> dir().rename("there", name));
      refused(name, () -> dir().writeAtomically(name, new byte[1]));
      refused(name, () -> dir().read(name, 1));
      refused(name, () -> dir().tryLock(name, LockMode.EXCLUSIVE));
      refused(name, () -> dir().isLocked(name));
    }
    assertEquals(List.of("there"), dir().list());
  }

  private static void refused(String name, Executable call) {
    assertThrows(IllegalArgumentException.class, call, () -> "name '" + name + "'");
  }

  @Test
  void listIsSortedAndHoldsFilesAndDirectories() throws IOException {
    assertEquals(List.of(), dir().list());
    for (String name : List.of("b", "a2", "a10", "Z", "00000000000000000010.seg", ".hidden", "per%20cent")) {
      dir().create(name, 0).close();
    }
    dir().createSubdirectory("aa");
    List<String> names = dir().list();
    assertEquals(List.of(".hidden", "00000000000000000010.seg", "Z", "a10", "a2", "aa", "b", "per%20cent"), names);
  }

  @Test
  void existsTellsOfFilesAndDirectories() throws IOException {
    assertFalse(dir().exists("f"));
    dir().create("f", 0).close();
    dir().createSubdirectory("d");
    assertTrue(dir().exists("f"));
    assertTrue(dir().exists("d"));
    dir().delete("f");
    assertFalse(dir().exists("f"));
  }

  // --- directories

  @Test
  void subdirectoriesAreApart() throws IOException {
    Directory sub = dir().createSubdirectory("sub");
    write(sub, "f", "inner");
    write(dir(), "f", "outer");
    assertEquals("inner", content(dir().subdirectory("sub"), "f"));
    assertEquals("outer", content(dir(), "f"));
    assertEquals(List.of("f"), sub.list());
    sub.sync();
    dir().sync();
  }

  @Test
  void aDirectoryThatIsNotThereOrNotADirectoryIsAnError() throws IOException {
    NoSuchFileException missing = assertThrows(NoSuchFileException.class, () -> dir().subdirectory("nothing"));
    names(missing, "nothing");
    dir().create("file", 0).close();
    names(assertThrows(NotDirectoryException.class, () -> dir().subdirectory("file")), "file");
    names(assertThrows(FileAlreadyExistsException.class, () -> dir().createSubdirectory("file")), "file");
    dir().createSubdirectory("sub");
    assertThrows(FileAlreadyExistsException.class, () -> dir().createSubdirectory("sub"));
  }

  @Test
  void aDirectoryCannotBeOpenedAsAFile() throws IOException {
    dir().createSubdirectory("sub");
    names(assertThrows(IOException.class, () -> dir().open("sub", Access.READ)), "sub");
    names(assertThrows(IOException.class, () -> dir().open("sub", Access.READ_WRITE)), "sub");
    names(assertThrows(IOException.class, () -> dir().read("sub", 10)), "sub");
  }

  @Test
  void onlyEmptyDirectoriesAreDeleted() throws IOException {
    Directory sub = dir().createSubdirectory("sub");
    write(sub, "f", "x");
    names(assertThrows(DirectoryNotEmptyException.class, () -> dir().delete("sub")), "sub");
    assertEquals("x", content(sub, "f"));
    sub.delete("f");
    dir().delete("sub");
    assertEquals(List.of(), dir().list());
    assertThrows(IOException.class, () -> sub.create("f", 0), "created in a deleted directory");
    assertThrows(IOException.class, sub::list);
  }

  // --- creating and opening

  @Test
  void createdFilesAreZeroFilled() throws IOException {
    for (int size : new int[]{0, 1, 511, 4096, 1 << 20, (9 << 20) + 13}) {
      try (LogFile file = dir().create("f" + size, size)) {
        assertEquals(size, file.size());
        assertEquals("f" + size, file.name());
        byte[] bytes = new byte[size];
        assertEquals(size, file.read(ByteBuffer.wrap(bytes), 0));
        assertArrayEquals(new byte[size], bytes);
      }
    }
  }

  @Test
  void whatIsCreatedLikeAnotherFileIsZeroFilledAndLeavesThatOne() throws IOException {
    write(dir(), "model", "kept");
    try (LogFile file = dir().createLike("model", "f", 5000)) {
      byte[] bytes = new byte[5000];
      assertEquals(5000, file.read(ByteBuffer.wrap(bytes), 0));
      assertArrayEquals(new byte[5000], bytes);
      file.write(bytes("x"), 0);
    }
    assertEquals("kept", content(dir(), "model"));
    names(assertThrows(FileAlreadyExistsException.class, () -> dir().createLike("model", "f", 1)), "f");
    assertThrows(IllegalArgumentException.class, () -> dir().createLike("model", "g", -1));
    assertThrows(IllegalArgumentException.class, () -> dir().createLike("model", "../g", 1));
    dir().rename("f", "model");
    assertEquals(List.of("model"), dir().list());
  }

  @Test
  void creatingOverSomethingIsRefusedAndLeavesIt() throws IOException {
    write(dir(), "f", "kept");
    names(assertThrows(FileAlreadyExistsException.class, () -> dir().create("f", 100)), "f");
    assertEquals("kept", content(dir(), "f"));
    dir().createSubdirectory("d");
    assertThrows(FileAlreadyExistsException.class, () -> dir().create("d", 100));
    assertThrows(IllegalArgumentException.class, () -> dir().create("g", -1));
    assertFalse(dir().exists("g"));
  }

  @Test
  void openingWhatIsNotThereIsAnErrorAndCreatesNothing() throws IOException {
    names(assertThrows(NoSuchFileException.class, () -> dir().open("f", Access.READ)), "f");
    names(assertThrows(NoSuchFileException.class, () -> dir().open("f", Access.READ_WRITE)), "f");
    names(assertThrows(NoSuchFileException.class, () -> dir().read("f", 1)), "f");
    names(assertThrows(NoSuchFileException.class, () -> dir().delete("f")), "f");
    names(assertThrows(NoSuchFileException.class, () -> dir().rename("f", "g")), "f");
    assertEquals(List.of(), dir().list());
  }

  @Test
  void aFileOpenedForReadingCannotBeChanged() throws IOException {
    write(dir(), "f", "content");
    try (LogFile file = dir().open("f", Access.READ)) {
      names(assertThrows(IOException.class, () -> file.write(ByteBuffer.allocate(1), 0)), "f");
      assertThrows(IOException.class, () -> file.truncate(0));
      file.force();
    }
    assertEquals("content", content(dir(), "f"));
  }

  @Test
  void twoHandlesOfAFileSeeTheSameBytes() throws IOException {
    try (LogFile a = dir().create("f", 0); LogFile b = dir().open("f", Access.READ_WRITE)) {
      a.write(bytes("hello"), 0);
      assertEquals("hello", content(b));
      b.write(bytes("J"), 0);
      assertEquals("Jello", content(a));
    }
  }

  // --- reading and writing

  @Test
  void readsStopAtTheEndOfTheFile() throws IOException {
    try (LogFile file = dir().create("f", 0)) {
      file.write(bytes("0123456789"), 0);
      assertEquals("6789", read(file, 6, 100));
      assertEquals("34", read(file, 3, 2));
      assertEquals("", read(file, 10, 5));
      assertEquals("", read(file, 1L << 40, 5));
      assertEquals(0, file.read(ByteBuffer.allocate(0), 3));
    }
  }

  @Test
  void writesGrowTheFileAndAGapReadsAsZeros() throws IOException {
    try (LogFile file = dir().create("f", 3)) {
      file.write(bytes("ab"), 2);
      assertEquals(4, file.size());
      file.write(bytes("z"), 70_000);
      assertEquals(70_001, file.size());
      byte[] expected = new byte[70_001];
      expected[2] = 'a';
      expected[3] = 'b';
      expected[70_000] = 'z';
      byte[] actual = new byte[70_001];
      assertEquals(actual.length, file.read(ByteBuffer.wrap(actual), 0));
      assertArrayEquals(expected, actual);
      file.write(ByteBuffer.allocate(0), 1 << 20);
      assertEquals(70_001, file.size(), "writing nothing changes nothing");
    }
  }

  @Test
  void buffersOfAnyKindAreUsedFromPositionToLimit() throws IOException {
    int size = 1_000_003;
    byte[] data = pattern(size + 20, 7);
    byte[] expected = Arrays.copyOfRange(data, 10, 10 + size);
    try (LogFile file = dir().create("f", 0); Arena arena = Arena.ofConfined()) {
      List<ByteBuffer> buffers = List.of(ByteBuffer.allocate(size + 20), ByteBuffer.allocateDirect(size + 20),
          arena.allocate(size + 20).asByteBuffer());
      for (ByteBuffer buffer : buffers) {
        buffer.put(data).position(10).limit(10 + size);
        file.write(buffer.asReadOnlyBuffer(), 5);
        file.write(buffer, 5);
        assertEquals(10 + size, buffer.position(), "all was consumed");
        assertEquals(10 + size, buffer.limit());
        buffer.clear().position(10).limit(10 + size);
        assertEquals(size, file.read(buffer, 5));
        assertEquals(10 + size, buffer.position());
        byte[] actual = new byte[size];
        buffer.get(10, actual);
        assertArrayEquals(expected, actual);
        file.truncate(0);
      }
    }
  }

  @Test
  void negativePositionsAreRefused() throws IOException {
    try (LogFile file = dir().create("f", 10)) {
      assertThrows(IllegalArgumentException.class, () -> file.read(ByteBuffer.allocate(1), -1));
      assertThrows(IllegalArgumentException.class, () -> file.write(ByteBuffer.allocate(1), -1));
      assertThrows(IllegalArgumentException.class, () -> file.truncate(-1));
      assertThrows(IllegalArgumentException.class, () -> dir().read("f", -1));
      assertEquals(10, file.size());
    }
  }

  @Test
  void truncatingCutsForGood() throws IOException {
    try (LogFile file = dir().create("f", 0)) {
      file.write(ByteBuffer.wrap(pattern(100_000, 3)), 0);
      file.truncate(40_001);
      assertEquals(40_001, file.size());
      assertThrows(IllegalArgumentException.class, () -> file.truncate(40_002));
      file.truncate(40_001);
      file.write(bytes("x"), 99_999);
      byte[] expected = Arrays.copyOf(Arrays.copyOf(pattern(100_000, 3), 40_001), 100_000);
      expected[99_999] = 'x';
      byte[] actual = new byte[100_000];
      assertEquals(100_000, file.read(ByteBuffer.wrap(actual), 0));
      assertArrayEquals(expected, actual, "what was cut off came back");
      file.force();
    }
  }

  @Test
  void writersOfDisjointRangesDoNotDisturbEachOther() throws Exception {
    int part = 10_007;
    int writers = 4;
    try (LogFile file = dir().create("f", 0)) {
      inParallel(writers, writer -> {
        byte[] mine = pattern(part, writer);
        byte[] back = new byte[part];
        for (int round = 0; round < 50; round++) {
          file.write(ByteBuffer.wrap(mine), (long) writer * part);
          assertEquals(part, file.read(ByteBuffer.wrap(back), (long) writer * part));
          assertArrayEquals(mine, back);
        }
      });
      assertEquals((long) writers * part, file.size());
    }
  }

  // --- closing, deleting, renaming

  @Test
  void aClosedFileSaysSo() throws IOException {
    LogFile file = dir().create("f", 10);
    file.close();
    file.close();
    assertThrows(ClosedChannelException.class, () -> file.read(ByteBuffer.allocate(1), 0));
    assertThrows(ClosedChannelException.class, () -> file.write(ByteBuffer.allocate(1), 0));
    assertThrows(ClosedChannelException.class, () -> file.truncate(0));
    assertThrows(ClosedChannelException.class, file::size);
    names(assertThrows(ClosedChannelException.class, file::force), "f");
    assertEquals("f", file.name());
    assertEquals(10, dir().read("f", 10).length);
  }

  @Test
  void anOpenFileSurvivesItsDeletion() throws IOException {
    write(dir(), "f", "still here");
    try (LogFile file = dir().open("f", Access.READ_WRITE)) {
      dir().delete("f");
      assertEquals(List.of(), dir().list());
      write(dir(), "f", "another");
      assertEquals("still here", content(file));
      file.write(bytes("S"), 0);
      file.force();
      assertEquals("Still here", content(file));
      assertEquals("another", content(dir(), "f"));
    }
  }

  @Test
  void renameReplacesAndOpenFilesGoOn() throws IOException {
    write(dir(), "old", "former");
    try (LogFile former = dir().open("old", Access.READ); LogFile moved = dir().create("new", 0)) {
      moved.write(bytes("later"), 0);
      dir().rename("new", "old");
      assertEquals(List.of("old"), dir().list());
      assertEquals("later", content(dir(), "old"));
      assertEquals("former", content(former));
      moved.write(bytes("L"), 0);
      assertEquals("Later", content(dir(), "old"));
      assertEquals("new", moved.name(), "a handle keeps the name it was opened by");
    }
    dir().rename("old", "old");
    assertEquals("Later", content(dir(), "old"));
  }

  @Test
  void renameMovesDirectoriesAndRefusesToMixKinds() throws IOException {
    Directory sub = dir().createSubdirectory("sub");
    write(sub, "f", "x");
    dir().rename("sub", "moved");
    assertEquals("x", content(dir().subdirectory("moved"), "f"));
    write(dir(), "file", "y");
    assertThrows(IOException.class, () -> dir().rename("file", "moved"));
    assertThrows(IOException.class, () -> dir().rename("moved", "file"));
    dir().createSubdirectory("other");
    assertThrows(IOException.class, () -> dir().rename("other", "moved"));
    assertEquals(List.of("file", "moved", "other"), dir().list());
    assertEquals("x", content(dir().subdirectory("moved"), "f"));
    assertEquals("y", content(dir(), "file"));
  }

  // --- small files

  @Test
  void atomicFilesAreReplacedWhole() throws IOException {
    dir().writeAtomically("a", "one".getBytes(StandardCharsets.UTF_8));
    assertEquals("one", content(dir(), "a"));
    dir().writeAtomically("a", new byte[0]);
    assertEquals("", content(dir(), "a"));
    dir().writeAtomically("a", "three".getBytes(StandardCharsets.UTF_8));
    assertEquals("three", content(dir(), "a"));
    assertEquals(List.of("a"), dir().list(), "no temporary file is left");
  }

  @Test
  void aLeftOverTemporaryFileIsNotInTheWay() throws IOException {
    write(dir(), "a.tmp", "left by a crash");
    dir().writeAtomically("a", "new".getBytes(StandardCharsets.UTF_8));
    assertEquals("new", content(dir(), "a"));
    assertEquals(List.of("a", "a.tmp"), dir().list());
  }

  @Test
  void manyMayWriteTheSameAtomicFileAtOnce() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    dir().writeAtomically("a", pattern(5_000, 0));
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread reader = Thread.ofPlatform().name("reader").start(() -> {
      try {
        while (!done.get()) {
          byte[] content = dir().read("a", 5_000);
          assertArrayEquals(pattern(5_000, content[0]), content, "a mix of two contents");
        }
      } catch (Throwable e) {
        failure.set(e);
      }
    });
    try {
      inParallel(4, writer -> {
        for (int round = 0; round < 25; round++) {
          dir().writeAtomically("a", pattern(5_000, writer));
        }
      });
    } finally {
      done.set(true);
      reader.join();
    }
    rethrow(failure.get());
    assertEquals(List.of("a"), dir().list());
  }

  @Test
  void aFailedAtomicWriteLeavesTheFormerFile() throws IOException {
    dir().createSubdirectory("taken");
    assertThrows(IOException.class, () -> dir().writeAtomically("taken", new byte[1]));
    assertEquals(List.of("taken"), dir().list());
  }

  @Test
  void readingASmallFileIsBounded() throws IOException {
    write(dir(), "f", "12345");
    assertEquals("12345", new String(dir().read("f", 5), StandardCharsets.UTF_8));
    names(assertThrows(IOException.class, () -> dir().read("f", 4)), "f");
    names(assertThrows(IOException.class, () -> dir().read("f", 0)), "f");
  }
}
