package dev.holdfast.benchmarks.measure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The rounds of one contender.
 *
 * @param name the contender's name
 * @param rounds what each round measured, in the order they ran
 */
public record Series(String name, List<Figures> rounds) {
  private static final int WARM_UP_ROUNDS = 4;
  private static final int MOST_WARM_UPS = 10;

  /** Copies the list. */
  public Series {
    rounds = List.copyOf(rounds);
  }

  /**
   * Measures contenders in turn, so that whatever else the machine does meanwhile meets all of them: first one long
   * round each that does not count, then {@code rounds} each, every other time in reverse order.
   *
   * @return the series, in the order of the contenders
   */
  public static List<Series> takeTurns(List<Contender> contenders, Load load, int rounds) throws Exception {
    for (Contender contender : contenders) {
      warmUp(contender, load.lasting(load.duration().multipliedBy(WARM_UP_ROUNDS)));
    }
    List<List<Figures>> figures = new ArrayList<>();
    contenders.forEach(_ -> figures.add(new ArrayList<>()));
    for (int round = 0; round < rounds; round++) {
      for (int turn = 0; turn < contenders.size(); turn++) {
        int index = round % 2 == 0 ? turn : contenders.size() - 1 - turn;
        figures.get(index).add(run(contenders.get(index), load, round + 1));
      }
    }
    List<Series> series = new ArrayList<>();
    for (int i = 0; i < contenders.size(); i++) {
      series.add(new Series(contenders.get(i).name(), figures.get(i)));
    }
    return series;
  }

  /** Repeats rounds that end before their time, as one alone would leave the compiler too little to see. */
  private static void warmUp(Contender contender, Load load) throws Exception {
    long begin = System.nanoTime();
    for (int i = 0; i < MOST_WARM_UPS && System.nanoTime() - begin < load.duration().toNanos(); i++) {
      run(contender, load, 0);
    }
  }

  private static Figures run(Contender contender, Load load, int round) throws Exception {
    Figures figures = load.run(contender.operation());
    contender.afterRound().run(round);
    return figures;
  }

  /** Returns the median over the rounds of one figure. */
  public double median(ToDoubleFunction<Figures> figure) {
    return median(rounds.stream().mapToDouble(figure).toArray());
  }

  /** Returns the median over the rounds of this figure divided by that of {@code base} in the same round. */
  public double ratioTo(Series base, ToDoubleFunction<Figures> figure) {
    double[] ratios = new double[Math.min(rounds.size(), base.rounds.size())];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = figure.applyAsDouble(rounds.get(i)) / figure.applyAsDouble(base.rounds.get(i));
    }
    return median(ratios);
  }

  /** Returns the times of all rounds together. */
  public Latencies allLatencies() {
    var all = new Latencies();
    rounds.forEach(round -> all.addAll(round.latencies()));
    return all;
  }

  /** Returns the median, NaN of nothing. */
  public static double median(double... values) {
    if (values.length == 0) {
      return Double.NaN;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
