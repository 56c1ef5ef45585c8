// What a dashboard of this chart may hold, from Grafana's own types. They leave the options of panels, their own part
// of the field configuration and the queries open; here every kind of panel has those of its plugin.
import type {
  Dashboard,
  DataSourceRef,
  FieldConfig,
  FieldConfigSource,
  MatcherConfig,
  Panel,
  RowPanel,
  VariableModel,
} from '@grafana/schema';
import type { Options as StatOptions } from '@grafana/schema/dist/types/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen.js';
import type {
  FieldConfig as TableFields,
  Options as TableOptions,
} from '@grafana/schema/dist/types/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen.js';
import type {
  FieldConfig as TimeSeriesFields,
  Options as TimeSeriesOptions,
} from '@grafana/schema/dist/types/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen.js';
import type {
  FieldConfig as XYFields,
  Options as XYOptions,
} from '@grafana/schema/dist/types/raw/composable/xychart/panelcfg/x/XYChartPanelCfg_types.gen.js';

/** The same type as JSON has it: members of enums are their plain values. */
export type Json<T> = T extends string
  ? `${T}`
  : T extends number
    ? `${T}` extends `${infer N extends number}`
      ? N
      : T
    : T extends object
      ? { [K in keyof T]: Json<T[K]> }
      : T;

/** A query of Prometheus; @grafana/schema has no type of its own for it. */
interface PrometheusQuery {
  refId: string;
  datasource: DataSourceRef;
  expr: string;
  range: boolean;
  instant: boolean;
  editorMode: 'code';
  legendFormat?: string;
  format?: 'table' | 'time_series';
}

/** What one may set per field, where a property of the plugin begins with "custom.". */
interface Override {
  matcher: MatcherConfig;
  properties: Array<
    | { id: 'unit' | 'displayName'; value: string }
    | { id: 'thresholds'; value: NonNullable<FieldConfig['thresholds']> }
    | { id: 'custom.cellOptions'; value: TableFields['cellOptions'] }
  >;
}

/** Grafana shows a panel without these; people would not know what they see. */
type Described = Required<Pick<Panel, 'id' | 'title' | 'description' | 'gridPos' | 'datasource'>>;

type Defaults<Custom> = Omit<FieldConfig, 'custom' | 'unit' | 'thresholds'> &
  Required<Pick<FieldConfig, 'unit' | 'thresholds'>> &
  ([Custom] extends [never] ? object : { custom: Partial<Custom> });

type Of<Type extends string, Options, Custom = never> = Omit<
  Panel,
  keyof Described | 'type' | 'options' | 'fieldConfig' | 'targets'
> &
  Described & {
    type: Type;
    options: Options;
    targets: PrometheusQuery[];
    fieldConfig: Omit<FieldConfigSource, 'defaults' | 'overrides'> & {
      defaults: Defaults<Custom>;
      overrides: Override[];
    };
  };

type AnyPanel =
  | (Omit<RowPanel, 'panels'> & { panels: [] })
  | Of<'stat', StatOptions>
  | Of<'timeseries', TimeSeriesOptions, TimeSeriesFields>
  | Of<'table', TableOptions, TableFields>
  | Of<'xychart', XYOptions, XYFields>;

export type ChartDashboard = Json<
  Omit<Dashboard, 'panels' | 'templating' | 'uid' | 'title'> &
    Required<Pick<Dashboard, 'uid' | 'title'>> & {
      panels: AnyPanel[];
      templating: { list: Array<VariableModel> };
    }
>;
