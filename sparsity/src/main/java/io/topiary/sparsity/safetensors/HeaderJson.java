package io.topiary.sparsity.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.topiary.sparsity.JsonComplaint;
import io.topiary.sparsity.network.NetworkException;
import io.topiary.sparsity.network.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The JSON in the head of a safetensors file. It is read token by token after its fixed grammar, no
 * deeper than that goes, so what is kept is proportional to the tensors and nothing nests without
 * bound.
 */
final class HeaderJson {

  private static final String METADATA = "__metadata__";
  private static final String TYPE = "dtype";
  private static final String SHAPE = "shape";
  private static final String OFFSETS = "data_offsets";

  /** PyTorch has no more either. */
  private static final int MOST_DIMENSIONS = 64;

  /** Names come from strangers and are seldom met twice: a shared table of them would only grow. */
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES).build();

  private final JsonParser json;

  private HeaderJson(JsonParser json) {
    this.json = json;
  }

  record Parsed(Map<String, String> metadata, List<TensorInfo> tensors) {}

  static Parsed parse(String header) {
    try (var parser = JSON.createParser(header)) {
      return new HeaderJson(parser).header();
    } catch (JsonProcessingException e) {
      throw new SafetensorsException(
          "its header is no JSON: %s.".formatted(JsonComplaint.of(e)), e);
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory cannot fail", e);
    }
  }

  /** The header's bytes: metadata sorted by key, tensors as they come. */
  static byte[] write(Map<String, String> metadata, List<TensorInfo> tensors) {
    var bytes = new ByteArrayOutputStream();
    try (var out = JSON.createGenerator(bytes)) {
      out.writeStartObject();
      if (!metadata.isEmpty()) {
        out.writeObjectFieldStart(METADATA);
        for (var entry : new TreeMap<>(metadata).entrySet()) {
          out.writeStringField(entry.getKey(), entry.getValue());
        }
        out.writeEndObject();
      }
      for (var tensor : tensors) {
        out.writeObjectFieldStart(tensor.name());
        out.writeStringField(TYPE, tensor.type().name());
        out.writeFieldName(SHAPE);
        var shape = tensor.shape().dimensions().stream().mapToInt(Integer::intValue).toArray();
        out.writeArray(shape, 0, shape.length);
        out.writeFieldName(OFFSETS);
        out.writeArray(new long[] {tensor.begin(), tensor.end()}, 0, 2);
        out.writeEndObject();
      }
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  static boolean reserved(String name) {
    return name.equals(METADATA);
  }

  private Parsed header() throws IOException {
    var metadata = Map.<String, String>of();
    var tensors = new ArrayList<TensorInfo>();
    var names = new HashSet<String>();
    expect(JsonToken.START_OBJECT, "the header");
    while (json.nextToken() != JsonToken.END_OBJECT) {
      var name = json.currentName();
      if (!names.add(name)) {
        throw new SafetensorsException("'%s' is there twice.".formatted(name));
      }
      if (reserved(name)) {
        metadata = metadata();
      } else {
        tensors.add(tensor(name));
      }
    }
    if (json.nextToken() != null) {
      throw new SafetensorsException("something follows the end of its header.");
    }
    return new Parsed(metadata, tensors);
  }

  private Map<String, String> metadata() throws IOException {
    var metadata = new LinkedHashMap<String, String>();
    expect(JsonToken.START_OBJECT, METADATA);
    while (json.nextToken() != JsonToken.END_OBJECT) {
      var key = json.currentName();
      expect(JsonToken.VALUE_STRING, METADATA + " '" + key + "'");
      if (metadata.put(key, json.getText()) != null) {
        throw new SafetensorsException("metadata '%s' is there twice.".formatted(key));
      }
    }
    return Collections.unmodifiableMap(metadata);
  }

  private TensorInfo tensor(String name) throws IOException {
    var type = "";
    var shape = List.<Long>of();
    var offsets = List.<Long>of();
    var fields = new HashSet<String>();
    expect(JsonToken.START_OBJECT, "tensor '" + name + "'");
    while (json.nextToken() != JsonToken.END_OBJECT) {
      var field = json.currentName();
      var where = field + " of tensor '" + name + "'";
      if (!fields.add(field)) {
        throw new SafetensorsException(where + " is there twice.");
      }
      switch (field) {
        case TYPE -> {
          expect(JsonToken.VALUE_STRING, where);
          type = json.getText();
        }
        case SHAPE -> shape = numbers(where);
        case OFFSETS -> offsets = numbers(where);
        default ->
            throw new SafetensorsException(
                "tensor '%s' has an unknown field '%s'.".formatted(name, field));
      }
    }
    if (!fields.equals(Set.of(TYPE, SHAPE, OFFSETS))) {
      throw new SafetensorsException(
          "tensor '%s' must have %s, %s and %s.".formatted(name, TYPE, SHAPE, OFFSETS));
    }
    return tensor(name, dataType(name, type), shape(name, shape), offsets);
  }

  private static TensorInfo tensor(String name, DataType type, Shape shape, List<Long> offsets) {
    if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
      throw new SafetensorsException(
          "%s of tensor '%s' is %s; it must be its begin and its end."
              .formatted(OFFSETS, name, offsets));
    }
    var tensor = new TensorInfo(name, type, shape, offsets.get(0), offsets.get(1));
    var elements = tensor.bytes() / type.bytes();
    if (tensor.bytes() % type.bytes() != 0 || elements != shape.elements()) {
      throw new SafetensorsException(
          "tensor '%s' spans %d bytes, which is not what %s of shape %s takes."
              .formatted(name, tensor.bytes(), type, shape));
    }
    return tensor;
  }

  private static DataType dataType(String name, String type) {
    return Arrays.stream(DataType.values())
        .filter(known -> known.name().equals(type))
        .findFirst()
        .orElseThrow(
            () ->
                new SafetensorsException(
                    "tensor '%s' is of type '%s'; known are %s."
                        .formatted(name, type, Arrays.toString(DataType.values()))));
  }

  private static Shape shape(String name, List<Long> dimensions) {
    try {
      return new Shape(dimensions.stream().map(Math::toIntExact).toList());
    } catch (ArithmeticException | NetworkException e) {
      throw new SafetensorsException(
          "tensor '%s' has shape %s, which is too large.".formatted(name, dimensions), e);
    }
  }

  private List<Long> numbers(String where) throws IOException {
    var numbers = new ArrayList<Long>();
    expect(JsonToken.START_ARRAY, where);
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
          || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
          || json.getLongValue() < 0) {
        throw new SafetensorsException(
            "%s holds %s, which is no whole number from 0 to %d."
                .formatted(where, json.getText(), Long.MAX_VALUE));
      }
      if (numbers.size() == MOST_DIMENSIONS) {
        throw new SafetensorsException(
            "%s holds more than %d numbers.".formatted(where, MOST_DIMENSIONS));
      }
      numbers.add(json.getLongValue());
    }
    return numbers;
  }

  private void expect(JsonToken token, String where) throws IOException {
    if (json.nextToken() != token) {
      var wanted =
          switch (token) {
            case START_OBJECT -> "object";
            case START_ARRAY -> "array";
            default -> "string";
          };
      throw new SafetensorsException("%s is no %s.".formatted(where, wanted));
    }
  }
}
