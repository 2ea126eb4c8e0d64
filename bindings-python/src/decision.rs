//! A decision, as far as Python cannot read it from its JSON.

use crate::convert::to_python;
use checkrein::span::Span;
use checkrein::value::resolve_pointer;
use checkrein::{Value, wire};
use pyo3::prelude::*;

/// What a verb answers. `checkrein.Decision` gives it types.
#[pyclass(frozen, module = "checkrein._checkrein")]
pub struct Decision {
    decision: checkrein::Decision,
    /// Spans of the findings in code points of the text that was given.
    spans: Vec<Span>,
}

impl Decision {
    /// The decision about `given`, whose texts turn byte spans into code points.
    pub fn new(decision: checkrein::Decision, given: &Value) -> Self {
        let spans = decision.findings.iter().map(|finding| {
            let text = resolve_pointer(given, &finding.path).and_then(Value::as_str);
            // In ASCII, bytes are code points.
            let text = text.filter(|text| !text.is_ascii());
            text.and_then(|text| finding.span.code_points(text)).unwrap_or(finding.span)
        });
        let spans = spans.collect();
        Self { decision, spans }
    }
}

#[pymethods]
impl Decision {
    #[getter]
    fn id(&self) -> &str {
        self.decision.id.as_str()
    }

    #[getter]
    fn outcome(&self) -> &'static str {
        self.decision.outcome.as_str()
    }

    #[getter]
    fn allowed(&self) -> bool {
        self.decision.allowed()
    }

    #[getter]
    fn content<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.decision.content.as_ref().map(|value| to_python(py, value)).transpose()
    }

    #[getter]
    fn arguments<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.decision.arguments.as_ref().map(|value| to_python(py, value)).transpose()
    }

    /// Everything but content and arguments, as JSON, with spans in code points.
    fn facts(&self) -> String {
        let mut decision =
            checkrein::Decision { content: None, arguments: None, ..self.decision.clone() };
        for (finding, span) in decision.findings.iter_mut().zip(&self.spans) {
            finding.span = *span;
        }
        wire::decision_json(&decision)
    }

    fn explain(&self) -> String {
        self.decision.explain()
    }

    fn to_json(&self) -> String {
        wire::decision_json(&self.decision)
    }
}
