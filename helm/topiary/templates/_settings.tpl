{{/*
  What the services are told, as properties files. No secret is in them: Kafka's clients read those themselves, from
  mounted files, by the config provider "secret".
*/}}

{{/* How Kafka's clients reach the brokers, by Kafka's names. */}}
{{- define "topiary.kafkaProperties" -}}
{{- $kafka := .Values.kafka -}}
{{- $client := $kafka.tls.clientSecret.name -}}
bootstrap.servers: {{ $kafka.bootstrapServers }}
{{- if and $kafka.tls.enabled $kafka.sasl.enabled }}
security.protocol: SASL_SSL
{{- else if $kafka.tls.enabled }}
security.protocol: SSL
{{- else if $kafka.sasl.enabled }}
security.protocol: SASL_PLAINTEXT
{{- end }}
{{- if and $kafka.tls.enabled (not $kafka.tls.publicAuthority) }}
ssl.truststore.type: PEM
ssl.truststore.location: /etc/topiary/kafka-ca/{{ $kafka.tls.caSecret.key }}
{{- end }}
{{- if $client }}
ssl.keystore.type: PEM
ssl.keystore.certificate.chain: {{ printf "${secret:/etc/topiary/kafka-client:%s}" $kafka.tls.clientSecret.certificateKey | quote }}
ssl.keystore.key: {{ printf "${secret:/etc/topiary/kafka-client:%s}" $kafka.tls.clientSecret.privateKey | quote }}
{{- end }}
{{- if $kafka.sasl.enabled }}
sasl.mechanism: {{ $kafka.sasl.mechanism }}
sasl.jaas.config: {{ printf "${secret:/etc/topiary/kafka-sasl:%s}" $kafka.sasl.secret.key | quote }}
{{- end }}
{{- if or $client $kafka.sasl.enabled }}
config.providers: secret
config.providers.secret.class: org.apache.kafka.common.config.provider.DirectoryConfigProvider
config.providers.secret.param.allowed.paths: /etc/topiary
{{- end }}
{{- range $name, $value := $kafka.properties }}
{{- /* A number as it was written: 52428800, where Helm's own text of it is 5.24288e+07. */}}
{{ $name | quote }}: {{ kindIs "string" $value | ternary $value (toJson $value) | quote }}
{{- end }}
{{- end -}}

{{- define "topiary.kafkaSettings" -}}
{{- range $name, $value := include "topiary.kafkaProperties" . | fromYaml }}
topiary.kafka.{{ $name }}={{ $value | replace "\\" "\\\\" }}
{{- end }}
{{- end -}}

{{/* What every service is told. */}}
{{- define "topiary.commonSettings" -}}
topiary.http.host=0.0.0.0
topiary.http.port=8080
topiary.topics.create={{ eq .Values.topics.create "services" }}
{{- include "topiary.kafkaSettings" . }}
{{- end -}}

{{- define "topiary.artifactSettings" -}}
{{- if eq .Values.artifacts.store "claim" }}
topiary.artifacts.dir=/var/lib/topiary/artifacts
{{- else }}
{{- $s3 := .Values.artifacts.s3 }}
topiary.artifacts.s3.bucket={{ $s3.bucket }}
{{- with $s3.prefix }}
topiary.artifacts.s3.prefix={{ . }}
{{- end }}
{{- with $s3.endpoint }}
topiary.artifacts.s3.endpoint={{ . }}
{{- end }}
{{- with $s3.region }}
topiary.artifacts.s3.region={{ . }}
{{- end }}
topiary.artifacts.s3.path.style={{ $s3.pathStyle }}
{{- if $s3.caSecret.name }}
topiary.artifacts.s3.ca.file=/etc/topiary/s3-ca/{{ $s3.caSecret.key }}
{{- end }}
topiary.artifacts.s3.cache.dir=/var/cache/topiary/artifacts
topiary.artifacts.s3.cache.mib={{ int64 $s3.cacheMiB }}
{{- end }}
{{- end -}}

{{/* Of a worker that takes the given number of seconds to hand its jobs back. */}}
{{- define "topiary.workerSettings" -}}
{{- if (index . 0).Values.data.claim }}
topiary.data.dirs=/var/lib/topiary/data
{{- end }}
topiary.worker.hand.back.within={{ (index . 1).handBackSeconds }}s
topiary.stop.within={{ add (index . 1).handBackSeconds 10 }}s
{{- end -}}

{{- define "topiary.trainerSettings" -}}
{{ include "topiary.commonSettings" . }}
{{- include "topiary.artifactSettings" . }}
{{- include "topiary.workerSettings" (list . .Values.trainer) }}
topiary.trainer.slots={{ int64 .Values.trainer.slots }}
topiary.trainer.snapshot.every={{ .Values.trainer.snapshotEvery }}
{{- end -}}

{{- define "topiary.evaluatorSettings" -}}
{{ include "topiary.commonSettings" . }}
{{- include "topiary.artifactSettings" . }}
{{- include "topiary.workerSettings" (list . .Values.evaluator) }}
topiary.evaluator.roles=worker
topiary.evaluator.slots={{ int64 .Values.evaluator.slots }}
topiary.evaluator.timing.threads={{ int64 .Values.evaluator.timing.threads }}
topiary.evaluator.timing.rounds={{ int64 .Values.evaluator.timing.rounds }}
topiary.evaluator.timing.budget={{ .Values.evaluator.timing.budget }}
topiary.evaluator.timing.limit={{ .Values.evaluator.timing.limit }}
{{- end -}}

{{- define "topiary.prunerSettings" -}}
{{ include "topiary.commonSettings" . }}
{{- include "topiary.artifactSettings" . }}
topiary.pruner.state.dir=/var/lib/topiary/state
topiary.pruner.threads={{ int64 .Values.pruner.threads }}
topiary.pruner.patience={{ .Values.pruner.patience }}
topiary.pruner.longest.pruning={{ .Values.pruner.longestPruning }}
{{- end -}}

{{/* A frontier opens no artifact store. */}}
{{- define "topiary.frontierSettings" -}}
{{ include "topiary.commonSettings" . }}
topiary.evaluator.roles=frontier
topiary.frontier.state.dir=/var/lib/topiary/state
{{- end -}}

{{/* Of the command line, in the policies' Job and the chart's test. */}}
{{- define "topiary.cliSettings" -}}
topiary.topics.create={{ eq .Values.topics.create "services" }}
{{- include "topiary.kafkaSettings" . }}
{{- end -}}
