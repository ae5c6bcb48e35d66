package dev.holdfast.benchmarks.measure;

/**
 * One of several programs that do the same.
 *
 * @param name what it is called in the report
 * @param operation what it does over and over
 */
public record Contender(String name, Operation operation) {}
