package io.topiary.sparsity.network;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The fields of a JSON object, each asked for by name and type; what nobody asked for is refused.
 */
final class Fields {

  private static final String EXTENT = "[height, width] or one whole number for both";

  private final String owner;
  private final JsonNode object;
  private final Set<String> known = new LinkedHashSet<>();

  Fields(String owner, JsonNode object) {
    this.owner = owner;
    this.object = object;
    if (!object.isObject()) {
      throw new NetworkException("%s is %s; it must be an object.".formatted(owner, object));
    }
  }

  String text(String name) {
    var field = field(name);
    require(field.isTextual(), name, field, "a string");
    return field.textValue();
  }

  boolean flag(String name, boolean fallback) {
    if (absent(name)) {
      return fallback;
    }
    var field = field(name);
    require(field.isBoolean(), name, field, "true or false");
    return field.booleanValue();
  }

  double number(String name, double fallback) {
    if (absent(name)) {
      return fallback;
    }
    var field = field(name);
    require(field.isNumber(), name, field, "a number");
    return field.doubleValue();
  }

  int integer(String name) {
    var field = field(name);
    require(field.isIntegralNumber(), name, field, "a whole number");
    require(field.canConvertToInt(), name, field, "a whole number" + within(field));
    return field.intValue();
  }

  int integer(String name, int fallback) {
    return absent(name) ? fallback : integer(name);
  }

  Shape shape(String name) {
    return new Shape(integers(name));
  }

  /** {@code [height, width]}, or one number for both. */
  Extent extent(String name) {
    if (field(name).isIntegralNumber()) {
      return Extent.square(integer(name));
    }
    require(field(name).isArray(), name, field(name), EXTENT);
    var sides = integers(name);
    require(sides.size() == 2, name, field(name), EXTENT);
    return new Extent(sides.get(0), sides.get(1));
  }

  Extent extent(String name, Extent fallback) {
    return absent(name) ? fallback : extent(name);
  }

  List<String> texts(String name, List<String> fallback) {
    return absent(name) ? fallback : texts(name);
  }

  List<String> texts(String name) {
    var texts = new ArrayList<String>();
    for (var element : list(name)) {
      require(element.isTextual(), name, field(name), "a list of strings");
      texts.add(element.textValue());
    }
    return texts;
  }

  JsonNode list(String name) {
    var field = field(name);
    require(field.isArray(), name, field, "a list");
    return field;
  }

  void requireNoOther() {
    object
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                throw new NetworkException(
                    "%s has an unknown field '%s'; known are %s."
                        .formatted(owner, name, String.join(", ", known)));
              }
            });
  }

  private List<Integer> integers(String name) {
    var integers = new ArrayList<Integer>();
    for (var element : list(name)) {
      require(element.isIntegralNumber(), name, field(name), "a list of whole numbers");
      require(
          element.canConvertToInt(),
          name,
          field(name),
          "a list of whole numbers" + within(element));
      integers.add(element.intValue());
    }
    return integers;
  }

  /** The bound that a whole number is beyond; no field takes less than 0. */
  private static String within(JsonNode number) {
    return number.bigIntegerValue().signum() < 0
        ? " of at least 0"
        : " of at most " + Integer.MAX_VALUE;
  }

  /** Whether an optional field is left out; one that is null is there, and wrong. */
  private boolean absent(String name) {
    known.add(name);
    return !object.has(name);
  }

  private JsonNode field(String name) {
    known.add(name);
    var field = object.get(name);
    if (field == null) {
      throw new NetworkException("%s has no field '%s'.".formatted(owner, name));
    }
    return field;
  }

  private void require(boolean condition, String name, JsonNode value, String wanted) {
    if (!condition) {
      throw new NetworkException(
          "%s has %s as its field '%s'; it must be %s.".formatted(owner, value, name, wanted));
    }
  }
}
