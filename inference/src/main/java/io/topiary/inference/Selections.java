package io.topiary.inference;

import io.topiary.inference.Operation.Selection;
import io.topiary.sparsity.network.Operator.Pad;
import io.topiary.sparsity.network.Shape;

/** The ways in which networks put planes together. */
final class Selections {

  private Selections() {}

  /** Every n-th row and column of every channel, between channels of zeros. */
  static Selection pad(Pad pad, int channels, int rowStep, int columnStep) {
    var planes = pad.channelsBefore() + channels + pad.channelsAfter();
    var source = new int[planes];
    for (var i = 0; i < planes; i++) {
      var channel = i - pad.channelsBefore();
      source[i] = channel < channels ? channel : -1;
    }
    return new Selection(source, new int[planes], new int[planes], rowStep, columnStep);
  }

  /** The phases of every channel, channel by channel. */
  static Selection phases(Phases phases, int channels) {
    var planes = channels * phases.count();
    var source = new int[planes];
    var row = new int[planes];
    var column = new int[planes];
    for (var i = 0; i < planes; i++) {
      var phase = phases.phases().get(i % phases.count());
      source[i] = i / phases.count();
      row[i] = phase.row();
      column[i] = phase.column();
    }
    return new Selection(source, row, column, phases.stride().height(), phases.stride().width());
  }

  static Shape shape(Phases phases, Shape input) {
    return Shape.of(
        input.dimension(0) * phases.count(),
        (input.dimension(1) - 1) / phases.stride().height() + 1,
        (input.dimension(2) - 1) / phases.stride().width() + 1);
  }
}
