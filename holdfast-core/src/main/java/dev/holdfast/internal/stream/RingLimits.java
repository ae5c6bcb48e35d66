package dev.holdfast.internal.stream;

import java.util.concurrent.Semaphore;

/**
 * Which streams of a log get a ring.
 *
 * @param writesBefore after how many writes without a sync; 0 = never. After as many to its STATE that is mapped
 * @param available one permit for each that may be made
 */
public record RingLimits(int writesBefore, Semaphore available) {}
