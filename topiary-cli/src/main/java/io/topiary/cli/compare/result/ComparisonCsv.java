package io.topiary.cli.compare.result;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A comparison as CSV: a line for every network, dense ones first, with the figures that are one
 * number. Cells of what is absent are empty.
 */
public final class ComparisonCsv {

  private static final CsvMapper MAPPER = new CsvMapper();

  /** What the evaluator times. */
  private static final List<Integer> BATCHES = List.of(1, 64);

  private static final List<String> COLUMNS =
      List.of(
          "name",
          "sparsity",
          "retrainEpochs",
          "seed",
          "validationAccuracy",
          "testAccuracy",
          "denseTestAccuracy",
          "achievedSparsity",
          "theoreticalSpeedup",
          "measuredSpeedup1",
          "measuredLow1",
          "measuredHigh1",
          "measuredSpeedup64",
          "measuredLow64",
          "measuredHigh64",
          "imagesPerSecond",
          "schedule",
          "peakRate",
          "d1",
          "d2",
          "lastEpochLoss",
          "checkpointId",
          "failure");

  private ComparisonCsv() {}

  public static String write(Comparison comparison) {
    var rows =
        Stream.concat(
                comparison.dense().stream().map(ComparisonCsv::row),
                comparison.runs().stream().map(ComparisonCsv::row))
            .toList();
    var columns = CsvSchema.builder();
    COLUMNS.forEach(columns::addColumn);
    try {
      return MAPPER.writer(columns.build().withHeader()).writeValueAsString(rows);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("numbers and sentences can be written", e);
    }
  }

  private static Map<String, Object> row(DenseResult dense) {
    var row = new LinkedHashMap<String, Object>();
    row.put("name", "dense");
    row.put("sparsity", 0.0);
    row.put("retrainEpochs", 0.0);
    row.put("seed", dense.seed());
    row.put("validationAccuracy", dense.validationAccuracy());
    row.put("testAccuracy", dense.testAccuracy());
    put(row, "imagesPerSecond", dense.imagesPerSecond());
    putRates(row, dense.rates());
    putLast(row, dense.epochLoss());
    row.put("checkpointId", dense.checkpointId());
    return row;
  }

  private static Map<String, Object> row(Run run) {
    var row = new LinkedHashMap<String, Object>();
    row.put("name", run.name());
    row.put("sparsity", run.sparsity());
    row.put("retrainEpochs", run.retrainEpochs());
    row.put("seed", run.seed());
    put(row, "validationAccuracy", run.validationAccuracy());
    put(row, "testAccuracy", run.testAccuracy());
    put(row, "denseTestAccuracy", run.denseTestAccuracy());
    put(row, "achievedSparsity", run.achievedSparsity());
    put(row, "theoreticalSpeedup", run.theoreticalSpeedup());
    for (var batch : BATCHES) {
      var measured = run.measured(batch);
      put(row, "measuredSpeedup" + batch, measured.flatMap(Measured::speedup));
      put(row, "measuredLow" + batch, measured.flatMap(Measured::low));
      put(row, "measuredHigh" + batch, measured.flatMap(Measured::high));
    }
    put(row, "imagesPerSecond", run.imagesPerSecond());
    run.rates().ifPresent(rates -> putRates(row, rates));
    putLast(row, run.epochLoss());
    put(row, "checkpointId", run.checkpointId());
    put(row, "failure", run.failure());
    return row;
  }

  private static void putRates(Map<String, Object> row, RatePlan rates) {
    row.put("schedule", rates.schedule());
    row.put("peakRate", rates.peak());
    put(row, "d1", rates.d1());
    put(row, "d2", rates.d2());
  }

  private static void putLast(Map<String, Object> row, List<Double> losses) {
    if (!losses.isEmpty()) {
      row.put("lastEpochLoss", losses.get(losses.size() - 1));
    }
  }

  private static void put(Map<String, Object> row, String column, Optional<?> value) {
    value.ifPresent(present -> row.put(column, present));
  }
}
