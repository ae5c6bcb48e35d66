/** What was measured, as a table for people or as JSON. */
package dev.holdfast.benchmarks.report;
