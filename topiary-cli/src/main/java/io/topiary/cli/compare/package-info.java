/**
 * The two tables of Zimmer, Spiegel and Pokutta (2023) on one's own data: all networks are made by
 * the pipeline, and whoever is interrupted goes on where it was.
 */
@NullMarked
package io.topiary.cli.compare;

import org.jspecify.annotations.NullMarked;
