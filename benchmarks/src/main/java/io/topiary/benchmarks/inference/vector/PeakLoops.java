package io.topiary.benchmarks.inference.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The two loops that bound everything else: multiply-adds in registers, and loads. */
public final class PeakLoops {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private PeakLoops() {}

  /** Bits of one vector. */
  public static int bits() {
    return SPECIES.vectorBitSize();
  }

  /**
   * Multiplies and adds in twelve registers at once, as many as hide the latency.
   *
   * @param values at least one vector of them
   * @return something that depends on all of it
   */
  public static float multiplyAdds(float[] values, int times) {
    var x = FloatVector.fromArray(SPECIES, values, 0);
    var y = x.mul(0.5f);
    var a = x;
    var b = x.add(1);
    var c = x.add(2);
    var d = x.add(3);
    var e = x.add(4);
    var f = x.add(5);
    var g = x.add(6);
    var h = x.add(7);
    var i = x.add(8);
    var j = x.add(9);
    var k = x.add(10);
    var l = x.add(11);
    for (var n = 0; n < times; n++) {
      a = a.fma(y, x);
      b = b.fma(y, x);
      c = c.fma(y, x);
      d = d.fma(y, x);
      e = e.fma(y, x);
      f = f.fma(y, x);
      g = g.fma(y, x);
      h = h.fma(y, x);
      i = i.fma(y, x);
      j = j.fma(y, x);
      k = k.fma(y, x);
      l = l.fma(y, x);
    }
    var sum = a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k).add(l);
    return sum.lane(0);
  }

  /** How many multiply-adds {@link #multiplyAdds} does each time. */
  public static long multiplyAddsEachTime() {
    return 12L * SPECIES.length();
  }

  /**
   * Loads values and adds them up in eight registers, from the first on and round again. One loop:
   * with a second around it the compiler puts the registers into memory.
   *
   * @param values that has so many from the first on
   * @param first the one to begin with
   * @param count a power of two of them, of at least eight vectors
   * @param vectors how many to load, a multiple of eight
   */
  public static float sum(float[] values, int first, int count, int vectors) {
    var lanes = SPECIES.length();
    var mask = count - 1;
    var a = FloatVector.zero(SPECIES);
    var b = FloatVector.zero(SPECIES);
    var c = FloatVector.zero(SPECIES);
    var d = FloatVector.zero(SPECIES);
    var e = FloatVector.zero(SPECIES);
    var f = FloatVector.zero(SPECIES);
    var g = FloatVector.zero(SPECIES);
    var h = FloatVector.zero(SPECIES);
    for (var n = 0; n < vectors; n += 8) {
      var i = first + (n * lanes & mask);
      a = a.add(FloatVector.fromArray(SPECIES, values, i));
      b = b.add(FloatVector.fromArray(SPECIES, values, i + lanes));
      c = c.add(FloatVector.fromArray(SPECIES, values, i + 2 * lanes));
      d = d.add(FloatVector.fromArray(SPECIES, values, i + 3 * lanes));
      e = e.add(FloatVector.fromArray(SPECIES, values, i + 4 * lanes));
      f = f.add(FloatVector.fromArray(SPECIES, values, i + 5 * lanes));
      g = g.add(FloatVector.fromArray(SPECIES, values, i + 6 * lanes));
      h = h.add(FloatVector.fromArray(SPECIES, values, i + 7 * lanes));
    }
    return a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).lane(0);
  }
}
