package dev.espalier.lab.api.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.FieldSelector;
import dev.espalier.lab.api.model.LabelSelector;
import dev.espalier.lab.api.model.Meta;
import dev.espalier.lab.api.model.ResourceType;

/**
 * Which objects of a resource a request is about.
 *
 * @param namespace empty for all
 */
record Selection(ResourceType type, String namespace, LabelSelector labels, FieldSelector fields, boolean selective) {
    static Selection of(ResourceType type, Target target, Request request) {
        FieldSelector fields = FieldSelector.parse(request.parameter("fieldSelector"), type);
        if (!target.name().isEmpty()) {
            fields = fields.and(FieldSelector.byName(target.name()));
        }
        LabelSelector labels = LabelSelector.parse(request.parameter("labelSelector"));
        return new Selection(
                type, target.namespace(), labels, fields, labels != LabelSelector.EVERYTHING || !fields.isEmpty());
    }

    boolean includes(ObjectNode stored) {
        return (namespace.isEmpty() || namespace.equals(Meta.namespace(stored)))
                && labels.test(stored)
                && fields.test(stored);
    }
}
