package io.topiary.engine;

import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.engine.sparsifier.Sparsification.Dst;
import io.topiary.engine.sparsifier.Sparsification.Str;

/**
 * Values of a parameter that makes networks sparser the higher it is, as positions: 0 is where a
 * search starts, and 1 is a step further.
 */
sealed interface ParameterScale {

  /** The parameter of this method. */
  static ParameterScale of(Sparsification sparsification) {
    if (sparsification instanceof Str str) {
      return new InitialThreshold(str);
    }
    if (sparsification instanceof Dst dst && dst.alpha() > 0) {
      return new Alpha(dst);
    }
    throw new EngineInputException(
        "There is no parameter to search for: the method must be STR, or DST with an alpha above 0.");
  }

  /** The method with the parameter that is there. */
  Sparsification at(double position);

  /** The parameter that is there. */
  double parameter(double position);

  /** What the parameter is to lead to. */
  double sparsity();

  /** STR's: a step adds 1. */
  record InitialThreshold(Str str) implements ParameterScale {
    @Override
    public Sparsification at(double position) {
      return new Str(sparsity(), parameter(position));
    }

    @Override
    public double parameter(double position) {
      return str.initialThreshold() + position;
    }

    @Override
    public double sparsity() {
      return str.sparsity();
    }
  }

  /** DST's: a step multiplies by 10. */
  record Alpha(Dst dst) implements ParameterScale {
    @Override
    public Sparsification at(double position) {
      return new Dst(sparsity(), parameter(position));
    }

    @Override
    public double parameter(double position) {
      return dst.alpha() * Math.pow(10, position);
    }

    @Override
    public double sparsity() {
      return dst.sparsity();
    }
  }
}
