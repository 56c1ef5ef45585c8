{{/* The release's name, or the name that the values give, with room for suffixes. */}}
{{- define "topiary.name" -}}
{{- default .Release.Name .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* Labels of every object. */}}
{{- define "topiary.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: topiary
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{/* The labels that pods of a component are found by; of (list $ "trainer"). */}}
{{- define "topiary.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: topiary
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* Labels of a component's objects. */}}
{{- define "topiary.componentLabels" -}}
{{ include "topiary.labels" (index . 0) }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* An image; of (list $ "topiary-trainer" "tag or nothing"). */}}
{{- define "topiary.image" -}}
{{- $root := index . 0 -}}
{{- with $root.Values.image.registry }}{{ trimSuffix "/" . }}/{{ end -}}
{{- index . 1 }}:{{ index . 2 | default $root.Values.image.tag | default $root.Chart.AppVersion -}}
{{- end -}}

{{- define "topiary.artifactsClaim" -}}
{{- .Values.artifacts.claim.existing | default (printf "%s-artifacts" (include "topiary.name" .)) -}}
{{- end -}}

{{/* Where other replicas reach a frontier, but for its own name. */}}
{{- define "topiary.frontierReplicas" -}}
{{- printf "%s-frontier-replicas" (include "topiary.name" .) -}}
{{- end -}}
