package dev.holdfast.examples.index;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** An index without a log, in which documents are objects: one that is deleted is so wherever a merge brings it. */
final class IndexModel {

  /** A document. */
  static final class Doc {
    private boolean deleted;
  }

  /** What a merge copies: where each document was. */
  record Merging(List<Long> segments, SortedMap<Document, Doc> copied) {}

  private final SortedMap<Long, List<Doc>> segments = new TreeMap<>();
  private final SortedMap<Long, Merging> merges = new TreeMap<>();

  List<Long> segments() {
    return List.copyOf(segments.keySet());
  }

  List<Long> merges() {
    return List.copyOf(merges.keySet());
  }

  List<Long> idle() {
    return segments().stream()
        .filter(segment -> merges.values().stream().noneMatch(merge -> merge.segments.contains(segment))).toList();
  }

  /** Returns the documents of some segments that are deleted, or those that are not. */
  List<Document> documents(Collection<Long> of, boolean deleted) {
    return of.stream().flatMap(segment -> places(segment).filter(place -> at(place).deleted == deleted)).toList();
  }

  private Stream<Document> places(long segment) {
    return IntStream.range(0, segment(segment).size()).mapToObj(number -> new Document(segment, number));
  }

  private List<Doc> segment(long number) {
    return Objects.requireNonNull(segments.get(number));
  }

  private Merging merging(long number) {
    return Objects.requireNonNull(merges.get(number));
  }

  private Doc at(Document place) {
    return segment(place.segment()).get(place.number());
  }

  Collection<Document> copiedBy(long merge) {
    return merging(merge).copied.keySet();
  }

  // ---- changes

  void add(long segment, int documents) {
    segments.put(segment, Stream.generate(Doc::new).limit(documents).toList());
  }

  void delete(Collection<Document> documents) {
    documents.forEach(document -> at(document).deleted = true);
  }

  void start(long merge, List<Long> of) {
    var copied = new TreeMap<Document, Doc>();
    documents(of, false).forEach(document -> copied.put(document, at(document)));
    merges.put(merge, new Merging(of, copied));
  }

  void cancel(long merge) {
    merges.remove(merge);
  }

  void end(long merge, long segment, Map<Document, Integer> places) {
    var merging = merging(merge);
    merges.remove(merge);
    segments.keySet().removeAll(merging.segments);
    var documents = new ArrayList<Doc>();
    merging.copied.entrySet().stream().sorted(Comparator.comparing(each -> places.getOrDefault(each.getKey(), -1)))
        .forEach(each -> documents.add(each.getValue()));
    if (!documents.isEmpty()) {
      segments.put(segment, documents);
    }
  }

  // ---- looking

  /** Returns for each segment of which of its documents it is true that they are deleted. */
  SortedMap<Long, List<Boolean>> deleted() {
    var found = new TreeMap<Long, List<Boolean>>();
    segments.forEach((number, documents) -> found.put(number, documents.stream().map(each -> each.deleted).toList()));
    return found;
  }

  /** Returns the same of a view. */
  static SortedMap<Long, List<Boolean>> deleted(IndexView view) {
    var found = new TreeMap<Long, List<Boolean>>();
    view.segments().forEach((number, segment) -> found.put(number,
        IntStream.range(0, segment.documents()).mapToObj(segment.deleted()::contains).toList()));
    return found;
  }
}
