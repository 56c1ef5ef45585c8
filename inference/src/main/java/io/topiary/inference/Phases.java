package io.topiary.inference;

import io.topiary.sparsity.network.Extent;
import io.topiary.sparsity.network.Operator.Conv;
import java.util.ArrayList;
import java.util.List;

/**
 * A strided convolution has stride 1 over phases of its input: plane {@code (r, c)} of a channel
 * has every {@code stride.height}-th row from r on and every {@code stride.width}-th column from c
 * on. Only phases that some tap reads are there.
 */
record Phases(Extent stride, List<Phase> phases) {

  /** Where a phase begins. */
  record Phase(int row, int column) {}

  /** Where a tap reads: which phase, and how many rows and columns from the place of the output. */
  record Tap(int phase, int row, int column) {}

  static Phases of(Conv conv) {
    var phases = new ArrayList<Phase>();
    for (var i = 0; i < conv.kernel().height(); i++) {
      for (var j = 0; j < conv.kernel().width(); j++) {
        var phase =
            new Phase(
                Math.floorMod(row(conv, i), conv.stride().height()),
                Math.floorMod(column(conv, j), conv.stride().width()));
        if (!phases.contains(phase)) {
          phases.add(phase);
        }
      }
    }
    return new Phases(conv.stride(), List.copyOf(phases));
  }

  boolean trivial() {
    return stride.height() == 1 && stride.width() == 1;
  }

  int count() {
    return phases.size();
  }

  Tap tap(Conv conv, int i, int j) {
    var row = row(conv, i);
    var column = column(conv, j);
    var phase =
        new Phase(Math.floorMod(row, stride.height()), Math.floorMod(column, stride.width()));
    return new Tap(
        phases.indexOf(phase),
        Math.floorDiv(row, stride.height()),
        Math.floorDiv(column, stride.width()));
  }

  /** Every tap of a kernel, row by row. */
  List<Tap> taps(Conv conv) {
    var taps = new ArrayList<Tap>();
    for (var i = 0; i < conv.kernel().height(); i++) {
      for (var j = 0; j < conv.kernel().width(); j++) {
        taps.add(tap(conv, i, j));
      }
    }
    return taps;
  }

  private static int row(Conv conv, int i) {
    return i * conv.dilation().height() - conv.padding().height();
  }

  private static int column(Conv conv, int j) {
    return j * conv.dilation().width() - conv.padding().width();
  }
}
