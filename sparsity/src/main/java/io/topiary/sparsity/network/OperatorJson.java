package io.topiary.sparsity.network;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.topiary.sparsity.network.Operator.Add;
import io.topiary.sparsity.network.Operator.AveragePool;
import io.topiary.sparsity.network.Operator.BatchNormalization;
import io.topiary.sparsity.network.Operator.Conv;
import io.topiary.sparsity.network.Operator.Flatten;
import io.topiary.sparsity.network.Operator.Gemm;
import io.topiary.sparsity.network.Operator.GlobalAveragePool;
import io.topiary.sparsity.network.Operator.MaxPool;
import io.topiary.sparsity.network.Operator.Pad;
import io.topiary.sparsity.network.Operator.Relu;
import io.topiary.sparsity.network.Operator.Slice;
import java.util.Arrays;

/**
 * The attributes of every operator in the JSON form. Those that may be left out have PyTorch's
 * defaults; all of them are written.
 */
final class OperatorJson {

  private static final String KNOWN =
      Arrays.stream(Operator.class.getPermittedSubclasses())
          .map(Class::getSimpleName)
          .sorted()
          .collect(joining(", "));

  private static final Extent ONE = Extent.square(1);
  private static final Extent NONE = Extent.square(0);
  private static final BatchNormalization NORM = BatchNormalization.withDefaults();

  private OperatorJson() {}

  static Operator read(String operator, Fields fields) {
    return switch (operator) {
      case "Add" -> new Add();
      case "AveragePool" -> averagePool(fields);
      case "BatchNormalization" ->
          new BatchNormalization(
              fields.number("epsilon", NORM.epsilon()), fields.number("momentum", NORM.momentum()));
      case "Conv" -> conv(fields);
      case "Flatten" -> new Flatten();
      case "Gemm" -> new Gemm(fields.integer("outFeatures"), fields.flag("bias", true));
      case "GlobalAveragePool" -> new GlobalAveragePool();
      case "MaxPool" -> maxPool(fields);
      case "Pad" ->
          new Pad(fields.integer("channelsBefore", 0), fields.integer("channelsAfter", 0));
      case "Relu" -> new Relu();
      case "Slice" -> new Slice(fields.extent("steps"));
      default ->
          throw new NetworkException(
              "there is no operator '%s'; known are %s.".formatted(operator, KNOWN));
    };
  }

  private static Conv conv(Fields fields) {
    return new Conv(
        fields.integer("outChannels"),
        fields.extent("kernel"),
        fields.extent("stride", ONE),
        fields.extent("padding", NONE),
        fields.extent("dilation", ONE),
        fields.integer("groups", 1),
        fields.flag("bias", true));
  }

  private static MaxPool maxPool(Fields fields) {
    var kernel = fields.extent("kernel");
    return new MaxPool(kernel, fields.extent("stride", kernel), fields.extent("padding", NONE));
  }

  private static AveragePool averagePool(Fields fields) {
    var kernel = fields.extent("kernel");
    return new AveragePool(
        kernel,
        fields.extent("stride", kernel),
        fields.extent("padding", NONE),
        fields.flag("countIncludePad", true));
  }

  static void write(Operator operator, ObjectNode json) {
    if (operator instanceof AveragePool pool) {
      window(json, pool.kernel(), pool.stride(), pool.padding());
      json.put("countIncludePad", pool.countIncludePad());
    } else if (operator instanceof BatchNormalization norm) {
      json.put("epsilon", norm.epsilon()).put("momentum", norm.momentum());
    } else if (operator instanceof Conv conv) {
      json.put("outChannels", conv.outChannels());
      window(json, conv.kernel(), conv.stride(), conv.padding());
      extent(json, "dilation", conv.dilation());
      json.put("groups", conv.groups()).put("bias", conv.bias());
    } else if (operator instanceof Gemm gemm) {
      json.put("outFeatures", gemm.outFeatures()).put("bias", gemm.bias());
    } else if (operator instanceof MaxPool pool) {
      window(json, pool.kernel(), pool.stride(), pool.padding());
    } else if (operator instanceof Pad pad) {
      json.put("channelsBefore", pad.channelsBefore()).put("channelsAfter", pad.channelsAfter());
    } else if (operator instanceof Slice slice) {
      extent(json, "steps", slice.steps());
    }
  }

  private static void window(ObjectNode json, Extent kernel, Extent stride, Extent padding) {
    extent(json, "kernel", kernel);
    extent(json, "stride", stride);
    extent(json, "padding", padding);
  }

  private static void extent(ObjectNode json, String name, Extent extent) {
    json.putArray(name).add(extent.height()).add(extent.width());
  }
}
