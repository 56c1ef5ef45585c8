package io.topiary.sparsity.network;

/**
 * One tensor of a network's state.
 *
 * @param name as in PyTorch's {@code state_dict()}, for example {@code layer1.0.conv1.weight}
 * @param shape as in PyTorch: {@code [out, in / groups, height, width]} for a convolution's weight,
 *     {@code [out, in]} for a linear layer's
 */
public record Parameter(String name, Shape shape, Role role) {

  /** What a parameter is for, and so whether it is pruned and whether it is trained. */
  public enum Role {
    WEIGHT("weight"),
    BIAS("bias"),
    NORM_WEIGHT("weight"),
    NORM_BIAS("bias"),
    RUNNING_MEAN("running_mean"),
    RUNNING_VAR("running_var");

    private final String suffix;

    Role(String suffix) {
      this.suffix = suffix;
    }

    /** Whether magnitude pruning ranks it: weights of convolutions and linear layers only. */
    public boolean prunable() {
      return this == WEIGHT;
    }

    /** Whether the optimiser changes it; running statistics follow the data instead. */
    public boolean trainable() {
      return this != RUNNING_MEAN && this != RUNNING_VAR;
    }
  }

  static Parameter of(String node, Role role, int... shape) {
    return new Parameter(node + "." + role.suffix, Shape.of(shape), role);
  }
}
