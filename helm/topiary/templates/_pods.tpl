{{/* Parts of pods that all have in common. */}}

{{- define "topiary.podSecurity" -}}
runAsNonRoot: true
{{- if not (kindIs "invalid" .Values.security.userId) }}
runAsUser: {{ .Values.security.userId }}
runAsGroup: {{ .Values.security.userId }}
fsGroup: {{ .Values.security.userId }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "topiary.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop:
    - ALL
{{- end -}}

{{- define "topiary.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Metadata of a service's pods; of (list $ "trainer"). New settings make new pods. */}}
{{- define "topiary.podMetadata" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $values := index $root.Values $component -}}
labels:
  {{- include "topiary.componentLabels" . | nindent 2 }}
  {{- with $values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
annotations:
  topiary.io/settings: {{ include (printf "topiary.%sSettings" $component) $root | sha256sum }}
  {{- if eq $root.Values.monitoring.scrape "annotations" }}
  prometheus.io/scrape: "true"
  prometheus.io/port: "8080"
  prometheus.io/path: /metrics
  {{- end }}
  {{- with $values.podAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* What a service's pods have besides containers and volumes; of (list $ "trainer"). */}}
{{- define "topiary.podBasics" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $values := index $root.Values $component -}}
serviceAccountName: {{ include "topiary.name" $root }}-{{ $component }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "topiary.podSecurity" $root | nindent 2 }}
{{- include "topiary.pullSecrets" $root }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.topologySpread }}
topologySpreadConstraints:
  {{- range . }}
  - {{- toYaml . | nindent 4 }}
    labelSelector:
      matchLabels:
        {{- include "topiary.selector" (list $root $component) | nindent 8 }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* What a service's container has in common with the others; of (list $ "trainer"). */}}
{{- define "topiary.containerBasics" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $values := index $root.Values $component -}}
imagePullPolicy: {{ $root.Values.image.pullPolicy }}
args:
  - --config
  - /etc/topiary/settings/{{ $component }}.properties
securityContext:
  {{- include "topiary.containerSecurity" $root | nindent 2 }}
ports:
  - name: http
    containerPort: 8080
    protocol: TCP
# A process answers /livez as soon as it runs, with no broker as well; after a bug it says no until it ends.
startupProbe:
  httpGet:
    path: /livez
    port: http
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet:
    path: /livez
    port: http
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet:
    path: /readyz
    port: http
  periodSeconds: 5
  timeoutSeconds: 5
{{- end -}}

{{/* Environment that values give; of (list $ "trainer"). */}}
{{- define "topiary.environment" -}}
{{- $root := index . 0 -}}
{{- $values := index $root.Values (index . 1) -}}
{{- $s3 := $root.Values.artifacts.s3 -}}
{{- if and (eq $root.Values.artifacts.store "s3") $s3.credentialsSecret.name (ne (index . 1) "frontier") }}
- name: AWS_ACCESS_KEY_ID
  valueFrom:
    secretKeyRef:
      name: {{ $s3.credentialsSecret.name }}
      key: {{ $s3.credentialsSecret.accessKeyIdKey }}
- name: AWS_SECRET_ACCESS_KEY
  valueFrom:
    secretKeyRef:
      name: {{ $s3.credentialsSecret.name }}
      key: {{ $s3.credentialsSecret.secretAccessKeyKey }}
{{- end }}
{{- with $values.javaOptions }}
- name: JAVA_TOOL_OPTIONS
  value: {{ . | quote }}
{{- end }}
{{- range $name, $value := $values.env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{/* Mounts of settings and of Kafka's secrets. */}}
{{- define "topiary.settingsMounts" -}}
- name: settings
  mountPath: /etc/topiary/settings
  readOnly: true
- name: tmp
  mountPath: /tmp
{{- if and .Values.kafka.tls.enabled .Values.kafka.tls.caSecret.name }}
- name: kafka-ca
  mountPath: /etc/topiary/kafka-ca
  readOnly: true
{{- end }}
{{- if .Values.kafka.tls.clientSecret.name }}
- name: kafka-client
  mountPath: /etc/topiary/kafka-client
  readOnly: true
{{- end }}
{{- if .Values.kafka.sasl.enabled }}
- name: kafka-sasl
  mountPath: /etc/topiary/kafka-sasl
  readOnly: true
{{- end }}
{{- end -}}

{{/* The volumes of these; of (list $ "trainer" "10Gi"). */}}
{{- define "topiary.settingsVolumes" -}}
{{- $root := index . 0 -}}
{{- $kafka := $root.Values.kafka -}}
- name: settings
  configMap:
    name: {{ include "topiary.name" $root }}-settings
    items:
      - key: {{ index . 1 }}.properties
        path: {{ index . 1 }}.properties
- name: tmp
  emptyDir:
    sizeLimit: {{ index . 2 }}
{{- if and $kafka.tls.enabled $kafka.tls.caSecret.name }}
- name: kafka-ca
  secret:
    secretName: {{ $kafka.tls.caSecret.name }}
    items:
      - key: {{ $kafka.tls.caSecret.key }}
        path: {{ $kafka.tls.caSecret.key }}
{{- end }}
{{- with $kafka.tls.clientSecret }}
{{- if .name }}
- name: kafka-client
  secret:
    secretName: {{ .name }}
    defaultMode: 0440
    items:
      - key: {{ .certificateKey }}
        path: {{ .certificateKey }}
      - key: {{ .privateKey }}
        path: {{ .privateKey }}
{{- end }}
{{- end }}
{{- if $kafka.sasl.enabled }}
- name: kafka-sasl
  secret:
    secretName: {{ $kafka.sasl.secret.name }}
    defaultMode: 0440
    items:
      - key: {{ $kafka.sasl.secret.key }}
        path: {{ $kafka.sasl.secret.key }}
{{- end }}
{{- end -}}

{{- define "topiary.artifactMounts" -}}
{{- if eq .Values.artifacts.store "claim" }}
- name: artifacts
  mountPath: /var/lib/topiary/artifacts
{{- else }}
- name: artifact-copies
  mountPath: /var/cache/topiary/artifacts
{{- if .Values.artifacts.s3.caSecret.name }}
- name: s3-ca
  mountPath: /etc/topiary/s3-ca
  readOnly: true
{{- end }}
{{- end }}
{{- end -}}

{{- define "topiary.artifactVolumes" -}}
{{- $s3 := .Values.artifacts.s3 -}}
{{- if eq .Values.artifacts.store "claim" }}
- name: artifacts
  persistentVolumeClaim:
    claimName: {{ include "topiary.artifactsClaim" . }}
{{- else }}
# Copies of what was fetched, and what is written or in use, which the services keep in any case.
- name: artifact-copies
  emptyDir:
    sizeLimit: {{ add $s3.cacheMiB $s3.inUseMiB }}Mi
{{- if $s3.caSecret.name }}
- name: s3-ca
  secret:
    secretName: {{ $s3.caSecret.name }}
    items:
      - key: {{ $s3.caSecret.key }}
        path: {{ $s3.caSecret.key }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Data sets, and where PyTorch's natives may write. */}}
{{- define "topiary.workerMounts" -}}
- name: djl
  mountPath: /var/cache/topiary/djl
{{- if .Values.data.claim }}
- name: data
  mountPath: /var/lib/topiary/data
  readOnly: true
{{- end }}
{{- end -}}

{{- define "topiary.workerVolumes" -}}
- name: djl
  emptyDir:
    sizeLimit: {{ index . 1 }}
{{- with (index . 0).Values.data.claim }}
- name: data
  persistentVolumeClaim:
    claimName: {{ . }}
    readOnly: true
{{- end }}
{{- end -}}

{{/* Pods of the command line, which run once. */}}
{{- define "topiary.cliPod" -}}
restartPolicy: Never
serviceAccountName: {{ include "topiary.name" . }}-cli
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "topiary.podSecurity" . | nindent 2 }}
{{- include "topiary.pullSecrets" . }}
{{- end -}}

{{- define "topiary.cliContainer" -}}
image: {{ include "topiary.image" (list . "topiary-cli" "") }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  {{- include "topiary.containerSecurity" . | nindent 2 }}
resources:
  requests:
    cpu: 100m
    memory: 512Mi
  limits:
    memory: 512Mi
{{- end -}}
