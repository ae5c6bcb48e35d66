/** The command line. */
package dev.holdfast.cli;
