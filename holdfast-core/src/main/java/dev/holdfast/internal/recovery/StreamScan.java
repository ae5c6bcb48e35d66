package dev.holdfast.internal.recovery;

import dev.holdfast.UnsupportedFormatException;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.Seal;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.internal.format.StateSlot;
import dev.holdfast.internal.recovery.Evidence.Kind;
import dev.holdfast.internal.recovery.Evidence.Obstacle;
import dev.holdfast.internal.recovery.Evidence.Place;
import dev.holdfast.internal.segment.Segment;
import dev.holdfast.internal.segment.SegmentFiles;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is needed of a stream's files to decide where it ends: the list, STATE, and the segments from the first
 * one of which not everything before it is known to be durable. Changes nothing.
 */
public final class StreamScan {
  private final SegmentFiles files;
  private final StateSlot.Contents state;
  private final StreamFiles listing;
  private final List<ScannedSegment> scanned = new ArrayList<>();
  private long end;
  private long proved;
  private long bytesScanned;
  private long scanNanos;
  private @Nullable Seal knownSeal;
  private long knownSealOf = -1;
  private boolean residue;
  private boolean sealed;
  private @Nullable Place where;
  private @Nullable Obstacle obstacle;
  /**
   * A segment is missing, which a power loss explains, unless something still shows that it was durable; and its first
   * id.
   */
  private @Nullable Obstacle gap;
  private long missing = Long.MAX_VALUE;
  /** The first id that an obstacle found makes doubtful. */
  private long bound = Long.MAX_VALUE;
  private final Set<String> blank = new HashSet<>();

  private StreamScan(SegmentFiles files, StateSlot.Contents state, StreamFiles listing) {
    this.files = files;
    this.state = state;
    this.listing = listing;
  }

  /**
   * Scans a stream.
   *
   * @throws IOException if a file cannot be read: then nothing is concluded
   */
  public static Recovered of(SegmentFiles files) throws IOException {
    var state = readState(files);
    var listing = StreamFiles.list(files, state);
    return new StreamScan(files, state, listing).run();
  }

  /** Returns the files of a stream, sorted into those that are the log and those that are not. */
  public static StreamFiles list(SegmentFiles files, StateSlot.Contents state) throws IOException {
    return StreamFiles.list(files, state);
  }

  /** Returns what the STATE file of a stream says. */
  public static StateSlot.Contents readState(SegmentFiles files) throws IOException {
    try (var file = files.directory().open(Names.STATE, Access.READ)) {
      var bytes = new byte[(int) Math.min(StateSlot.FILE_SIZE, file.size())]; // what is behind is nothing of ours
      file.read(ByteBuffer.wrap(bytes), 0);
      var contents = StateSlot.read(bytes);
      var newest = contents.newest();
      var foreign = newest != null && newest.nameHash() != files.nameHash();
      return foreign ? new StateSlot.Contents(null, false) : contents;
    } catch (NoSuchFileException e) {
      return new StateSlot.Contents(null, false);
    }
  }

  private Recovered run() throws IOException {
    var live = listing.live();
    if (live.isEmpty()) {
      end = listing.floor();
      fail(Kind.MISSING_SEGMENT, Names.segment(end), 0, "the stream has no segment that begins at its first id");
      proved = Math.max(end + 1, watermark());
      return result();
    }
    var first = live.getFirst();
    end = first;
    proved = Math.max(first, watermark());
    if (state.newest() != null && first > listing.floor()) {
      end = listing.floor();
      fail(Kind.MISSING_SEGMENT, Names.segment(end), 0, "the first segment there is begins at record " + first);
    } else {
      scanFrom(live, firstToScan(live));
    }
    return result();
  }

  private long watermark() {
    var slot = state.newest();
    return slot != null && slot.epoch() >= listing.newestEpoch() ? slot.watermark() : 0;
  }

  /** Returns the index of the last segment of which everything before it is known to be durable. */
  private int firstToScan(List<Long> live) throws IOException {
    var frame = new Frame();
    for (var i = live.size() - 1; i > 0; i--) {
      var firstId = live.get(i);
      try (var file = files.directory().open(Names.segment(firstId), Access.READ)) {
        var header = listing.header(file, firstId);
        if (header == null || listing.isForeign(header)) {
          continue; // its own scan finds that, if nothing before it ends the log
        }
        var start = Segment.readStart(file, header, frame);
        if (start != null && frame.firstId() == firstId
            && (frame.isSettled() || sealEnd(live.get(i - 1)) == firstId)) {
          return i;
        }
      }
    }
    return 0;
  }

  /** Returns the id after the last record of a segment with a trusted seal, or -1. */
  private long sealEnd(long firstId) throws IOException {
    try (var file = files.directory().open(Names.segment(firstId), Access.READ)) {
      var header = listing.header(file, firstId);
      var seal = header == null ? null : Segment.readSeal(file, header, firstId);
      knownSeal = seal;
      knownSealOf = seal == null ? -1 : firstId;
      return seal == null ? -1 : firstId + seal.records();
    }
  }

  /** Returns the trusted seal of a segment, or null; read once if it was the last one asked for. */
  private @Nullable Seal sealOf(LogFile file, SegmentHeader header, long firstId) throws IOException {
    return knownSealOf == firstId ? knownSeal : Segment.readSeal(file, header, firstId);
  }

  private void scanFrom(List<Long> live, int index) throws IOException {
    end = live.get(index);
    proved = Math.max(proved, end);
    if (index > 0) {
      checkAgainstUnscanned(live.get(index - 1), live.get(index));
    }
    var continues = true;
    for (var i = index; i < live.size() && obstacle == null; i++) {
      continues &= scan(live.get(i), continues);
    }
  }

  /** Compares the first segment to be scanned with the trusted seal of the one before it. */
  private void checkAgainstUnscanned(long before, long firstId) throws IOException {
    try (var file = files.directory().open(Names.segment(firstId), Access.READ);
        var previous = files.directory().open(Names.segment(before), Access.READ)) {
      var header = listing.header(file, firstId);
      var start = header == null ? null : Segment.readStart(file, header, new Frame());
      if (start == null) {
        return;
      }
      var previousHeader = listing.header(previous, before);
      if (start.predecessor() != before) {
        fail(start.predecessor() > before ? Kind.MISSING_SEGMENT : Kind.BROKEN_CHAIN, Names.segment(firstId),
            SegmentHeader.SIZE, "it continues the segment that begins at record " + start.predecessor()
                + ", but the one before it begins at record " + before);
        proved = Math.max(proved, firstId + 1);
        bound = Math.min(bound, doubtfulFrom(before, start.predecessor()));
      } else if (previousHeader != null && !agrees(start, firstId, previousHeader, before,
          sealOf(previous, previousHeader, before))) {
        fail(Kind.BROKEN_CHAIN, Names.segment(firstId), SegmentHeader.SIZE,
            "it does not continue the segment before it, " + Names.segment(before));
        bound = Math.min(bound, before); // which of the two is wrong nobody knows
      }
    }
  }

  private static boolean agrees(StartFrame start, long firstId, SegmentHeader previous, long before,
      @Nullable Seal seal) {
    return start.epoch() == previous.epoch() && (seal == null || before + seal.records() != firstId
        || (seal.dataEnd() == start.endOffset() && seal.checksum() == start.checksum()));
  }

  /**
   * Scans one segment; {@code continues} says whether everything before it has been read up to where it begins.
   *
   * @return whether the next one may continue it
   */
  private boolean scan(long firstId, boolean continues) throws IOException {
    var name = Names.segment(firstId);
    try (var file = files.directory().open(name, Access.READ)) {
      var header = listing.header(file, firstId);
      if (header == null) {
        fail(Kind.DAMAGED_HEADER, name, 0, "the segment header is damaged");
        bound = Math.min(bound, firstId);
        return false;
      }
      if (listing.isForeign(header)) {
        fail(Kind.FOREIGN_SEGMENT, name, 0, "the segment belongs to another stream");
        bound = Math.min(bound, firstId);
        return false;
      }
      if (file.size() < header.reserved() && Segment.readSeal(file, header, firstId) == null) {
        fail(Kind.CUT_FILE, name, file.size(), "the file was " + header.reserved() + " bytes long and has been cut");
      }
      var start = new Frame();
      if (Segment.readStart(file, header, start) != null && start.firstId() != firstId) {
        fail(Kind.FOREIGN_SEGMENT, name, SegmentHeader.SIZE, "the segment begins at record " + start.firstId());
        var renamed = !listing.live().contains(start.firstId());
        bound = Math.min(bound, renamed ? Math.min(firstId, start.firstId()) : firstId);
        return false;
      }
      var trusted = continues ? trustedLast(file, header, firstId) : null;
      if (trusted != null) {
        proved = Math.max(proved, trusted.proved());
        return take(trusted, true);
      }
      var begun = System.nanoTime();
      var found = SegmentScanner.scan(file, header, firstId);
      scanNanos += System.nanoTime() - begun;
      bytesScanned += file.size();
      proved = Math.max(proved, found.proved());
      if (!found.unsupported().isEmpty()) {
        throw new UnsupportedFormatException(files.labelOf(name) + " uses " + found.unsupported()
            + ", which this version does not have: use a newer version of the program");
      }
      var segment = found.segment();
      if (segment == null ? !found.residue() : segment.isBlank()) {
        blank.add(name);
      }
      return segment == null ? missStart(firstId, header, found.residue()) : take(segment, continues);
    }
  }

  /** Returns a segment with a trusted seal as the seal describes it, without reading it through; or null. */
  private static @Nullable ScannedSegment trustedLast(LogFile file, SegmentHeader header, long firstId)
      throws IOException {
    var seal = Segment.readSeal(file, header, firstId);
    var start = Segment.readStart(file, header, new Frame());
    if (seal == null || start == null) {
      return null;
    }
    var end = firstId + seal.records();
    return new ScannedSegment(firstId, header, start, seal.index(), seal.dataEnd(), end, seal.checksum(),
        seal.maxTime(), file.size(), true, false, end);
  }

  /** Moves the end back until the segments before it reach it: where a segment is missing they may not. */
  private void endWhereRecordsEnd() throws IOException {
    for (var i = listing.live().size() - 1; i >= 0; i--) {
      var firstId = listing.live().get(i);
      if (firstId < end) {
        var reached = endOf(firstId);
        if (reached > firstId) {
          end = Math.min(end, reached);
          return;
        }
        end = firstId;
      }
    }
  }

  /** Returns the id after the last record of a segment, or one that is no larger than its first if it has none. */
  private long endOf(long firstId) throws IOException {
    for (var known : scanned) {
      if (known.firstId() == firstId) {
        return known.endId();
      }
    }
    try (var file = files.directory().open(Names.segment(firstId), Access.READ)) {
      var header = listing.header(file, firstId);
      if (header == null || listing.isForeign(header)) {
        return firstId;
      }
      var frame = new Frame();
      if (Segment.readStart(file, header, frame) == null || frame.firstId() != firstId) {
        return firstId;
      }
      var sealed = sealEnd(firstId);
      var found = sealed >= 0 ? null : SegmentScanner.scan(file, header, firstId).segment();
      return found == null ? sealed : found.endId();
    }
  }

  /** Notes a segment without a valid start frame. */
  private boolean missStart(long firstId, SegmentHeader header, boolean anything) {
    var previousEpoch = scanned.isEmpty() ? 0 : scanned.getLast().header().epoch();
    if (header.epoch() > previousEpoch) {
      bound = Math.min(bound, firstId);
      fail(Kind.DAMAGED_FRAME, Names.segment(firstId), SegmentHeader.SIZE,
          "the start frame is damaged: it was durable before the segment had its name");
    }
    residue |= anything;
    sealed = false; // it was begun, so whoever sealed the one before it was not closing the stream
    return false;
  }

  private boolean take(ScannedSegment segment, boolean continues) {
    if (!continues) {
      residue = true;
      if (segment.start().named()) {
        confirmGap(); // that of a later one was, and with it those of all before
      }
      return false;
    }
    if (!scanned.isEmpty() && !fitsBehind(scanned.getLast(), segment)) {
      residue = true;
      return false;
    }
    scanned.add(segment);
    end = segment.endId();
    where = new Place(Names.segment(segment.firstId()), segment.endOffset());
    sealed = segment.sealed();
    residue = segment.residue() && !segment.sealed();
    return true;
  }

  /** Returns whether a segment continues the one before it; notes what no crash explains. */
  private boolean fitsBehind(ScannedSegment before, ScannedSegment segment) {
    var name = Names.segment(segment.firstId());
    var start = segment.start();
    if (start.predecessor() != before.firstId() || start.epoch() != before.header().epoch()) {
      findGap(before, segment);
      return false;
    }
    if (segment.firstId() > end && !before.sealed()) {
      return false; // the end of the one before is lost: whether it had been durable decides
    }
    if (segment.firstId() != end || start.endOffset() != before.endOffset()
        || start.checksum() != before.lastChecksum()) {
      fail(Kind.BROKEN_CHAIN, name, SegmentHeader.SIZE, "it does not continue the segment before it, "
          + Names.segment(before.firstId()) + ", whose records end at " + end);
      bound = Math.min(bound, segment.firstId());
      return false;
    }
    return true;
  }

  /** Notes that the segment before is another one than it says. */
  private void findGap(ScannedSegment before, ScannedSegment segment) {
    var named = segment.start().predecessor();
    var name = Names.segment(segment.firstId());
    var problem = "it continues the segment that begins at record " + named
        + ", but the one before it begins at record "
        + before.firstId();
    if (isExplained(before, segment.start())) {
      gap = new Obstacle(Kind.MISSING_SEGMENT, new Place(name, SegmentHeader.SIZE), problem);
      missing = named;
    } else {
      fail(named > before.firstId() ? Kind.MISSING_SEGMENT : Kind.BROKEN_CHAIN, name, SegmentHeader.SIZE, problem);
      bound = Math.min(bound, doubtfulFrom(before.firstId(), named));
    }
  }

  /**
   * Returns whether a power loss may have taken what is missing between the two: its name need not have been durable.
   * The first segment of an epoch has its name, durably, before anything is written to it, and a segment with a seal
   * got that after the name of the next one.
   */
  private static boolean isExplained(ScannedSegment before, StartFrame start) {
    return !start.named() && !before.sealed() && start.epoch() == before.header().epoch()
        && start.predecessor() > before.firstId() && start.predecessor() >= before.endId();
  }

  private void confirmGap() {
    if (gap != null) {
      obstacle = obstacle == null ? gap : obstacle;
      bound = Math.min(bound, missing);
    }
  }

  /**
   * Returns from which id on records are doubtful if a segment names another predecessor than the one before it: from
   * the one named, unless that is there, with one in between that does not belong.
   */
  private long doubtfulFrom(long before, long named) {
    return named < before && listing.live().contains(named) ? before : Math.max(listing.floor(), named);
  }

  private void fail(Kind kind, String file, long offset, String problem) {
    if (obstacle == null) {
      obstacle = new Obstacle(kind, new Place(file, offset), problem);
    }
  }

  /** Notes that the segment that began the newest history is gone, and with it that history. */
  private void missBranch() {
    var slot = state.newest();
    if (slot != null && slot.branchEpoch() > listing.newestEpoch() && slot.branch() >= listing.floor()) {
      fail(Kind.MISSING_SEGMENT, Names.segment(slot.branch()), 0,
          "epoch " + slot.branchEpoch() + " begins with it, but no segment of that epoch is there");
      bound = Math.min(bound, slot.branch());
    }
  }

  /**
   * Notes that what comes behind a segment with a seal is gone. STATE knows of records there, so it was not closed with
   * that seal, but followed by a segment whose name was durable before it got it.
   */
  private void missSuccessor() {
    var slot = state.newest();
    if (sealed && slot != null && slot.visible() > end && slot.epoch() == scanned.getLast().header().epoch()) {
      fail(Kind.MISSING_SEGMENT, Names.segment(end), 0,
          "the segment before it was sealed when this one was there, and there were records up to " + slot.visible());
    }
  }

  private Recovered result() throws IOException {
    missBranch();
    missSuccessor();
    if (proved > missing) {
      confirmGap();
    }
    if (obstacle != null) {
      end = Math.max(listing.floor(), Math.min(end, bound)); // what is below the floor would be dropped at the next open
      endWhereRecordsEnd();
    }
    var place = where == null ? new Place(Names.segment(end), 0) : where;
    var evidence = new Evidence(end, proved, sealed, residue, place, obstacle);
    return new Recovered(evidence, Decision.of(evidence), listing, state, List.copyOf(scanned), Set.copyOf(blank),
        bytesScanned, scanNanos);
  }

  static @Nullable SegmentHeader readHeader(LogFile file, String label) throws IOException {
    var bytes = ByteBuffer.allocate(SegmentHeader.SIZE);
    return file.read(bytes, 0) < SegmentHeader.SIZE ? null : SegmentHeader.decode(bytes.flip(), label);
  }
}
