/**
 * What a comparison asks the pipeline for, worked out before anything is sent: all ids are known
 * beforehand, so whoever comes back to a comparison finds what is done.
 */
@NullMarked
package io.topiary.cli.compare.experiment;

import org.jspecify.annotations.NullMarked;
