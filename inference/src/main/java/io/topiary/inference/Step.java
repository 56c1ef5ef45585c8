package io.topiary.inference;

/** Something that a program does, all whose operands lie in an arena. */
@FunctionalInterface
interface Step {
  void run(float[] arena);
}
