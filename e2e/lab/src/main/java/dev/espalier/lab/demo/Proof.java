package dev.espalier.lab.demo;

/**
 * One claim and whether it held.
 *
 * @param figure what was measured, with units
 */
public record Proof(String claim, boolean held, String figure, double seconds) {}
