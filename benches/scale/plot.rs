//! The flows of one store over the number of accounts, drawn as SVG.

use std::path::{Path, PathBuf};

use plotters::prelude::*;

use crate::Column;

/// Draws into the folder for what benches leave, and says where.
pub(crate) fn draw(store: &str, columns: &[Column]) -> PathBuf {
    let file = format!("scale-{}.svg", store.to_lowercase());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file);
    let most =
        |column: &Column| column.flows.iter().map(|(_, time)| time.as_secs_f64() * 1e6).fold(0.0, f64::max);
    let top = columns.iter().map(most).fold(0.0, f64::max) * 1.1;
    let (few, many) = (columns[0].rows as f64, columns[columns.len() - 1].rows as f64);
    let area = SVGBackend::new(&path, (900, 540)).into_drawing_area();
    area.fill(&WHITE).unwrap();
    let mut chart = ChartBuilder::on(&area)
        .caption(format!("{store}: microseconds a flow, by accounts"), ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(60)
        .build_cartesian_2d((few..many).log_scale(), 0.0..top)
        .unwrap();
    chart.configure_mesh().x_desc("accounts").y_desc("us").draw().unwrap();
    for (place, (flow, _)) in columns[0].flows.iter().enumerate() {
        let colour = Palette99::pick(place).to_rgba();
        let points =
            columns.iter().map(|column| (column.rows as f64, column.flows[place].1.as_secs_f64() * 1e6));
        let line = LineSeries::new(points, colour.stroke_width(2)).point_size(3);
        chart
            .draw_series(line)
            .unwrap()
            .label(flow.name())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
    }
    chart.configure_series_labels().background_style(WHITE.mix(0.8)).border_style(BLACK).draw().unwrap();
    area.present().unwrap();
    path.clone()
}
