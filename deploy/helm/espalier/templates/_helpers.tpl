{{- define "espalier.labels" -}}
app.kubernetes.io/part-of: espalier
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{- define "espalier.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* The namespace is part of identities (the operator looks at who asks) and of the roles: it is not a choice. */}}
{{- define "espalier.namespace" -}}
{{- if ne .Release.Namespace "espalier-system" -}}
{{- fail (printf "Espalier is installed in the namespace espalier-system, not in %q: helm install espalier ... --namespace espalier-system --create-namespace" .Release.Namespace) -}}
{{- end -}}
espalier-system
{{- end }}

{{/* "true" where a DaemonSet can have two pods on one node during an update (stable since Kubernetes 1.25), else nothing. */}}
{{- define "espalier.surge" -}}
{{- if semverCompare ">=1.25.0-0" .Capabilities.KubeVersion.Version }}true{{ end }}
{{- end }}
