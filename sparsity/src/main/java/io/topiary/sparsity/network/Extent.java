package io.topiary.sparsity.network;

/** Rows and columns: of a kernel, a stride, a padding on either side or a dilation. */
public record Extent(int height, int width) {

  public Extent {
    if (height < 0 || width < 0) {
      throw new NetworkException("[" + height + ", " + width + "] has a negative side.");
    }
  }

  /** As many rows as columns. */
  public static Extent square(int side) {
    return new Extent(side, side);
  }

  /** As it stands in the JSON form, for example {@code [3, 3]}. */
  @Override
  public String toString() {
    return "[" + height + ", " + width + "]";
  }
}
