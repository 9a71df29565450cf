//! The people in a CSV file, as spreadsheets write it: those who can be entered, and the lines that are wrong.

use csv::{ByteRecord, Reader, ReaderBuilder, Trim};
use vestibule::account::Registration;

use super::person::{self, PersonProblem};

/// A file that is being read, line by line.
#[derive(Debug)]
pub struct MemberFile<'a> {
    rows: Reader<&'a [u8]>,
    columns: Columns,
    lines: Lines<'a>,
    record: ByteRecord,
}

/// A line that was refused, by its number in an editor.
#[derive(Clone, Copy, Debug)]
pub struct BadLine {
    pub number: u64,
    pub problem: LineProblem,
}

impl<'a> MemberFile<'a> {
    /// Reads the header. `None` where it lacks a column.
    pub fn open(file: &'a [u8]) -> Result<Option<Self>, csv::Error> {
        let mut rows = rows(file);
        let columns = Columns::find(rows.byte_headers()?);
        let (lines, record) = (Lines::of(file), ByteRecord::new());
        Ok(columns.map(|columns| Self { rows, columns, lines, record }))
    }

    /// The next person, or what is wrong with the next line.
    pub fn read(&mut self) -> Result<Option<Result<Registration, BadLine>>, csv::Error> {
        if !self.rows.read_byte_record(&mut self.record)? {
            return Ok(None);
        }
        let at = self.record.position().map_or(0, csv::Position::byte);
        let person = self.columns.person(&self.record);
        Ok(Some(person.map_err(|problem| BadLine { number: self.lines.number_at(at), problem })))
    }

    /// How many bytes were read.
    pub fn position(&self) -> u64 {
        self.rows.position().byte()
    }
}

/// Why a line was refused.
#[derive(Clone, Copy, Debug)]
pub enum LineProblem {
    Fields { found: usize, expected: usize },
    NotUtf8,
    Person(PersonProblem),
}

/// Where the columns are that are read. Others may be there.
#[derive(Debug)]
struct Columns {
    email: usize,
    phone: usize,
    name: usize,
    all: usize,
}

impl Columns {
    fn find(header: &ByteRecord) -> Option<Self> {
        let find = |name: &str| header.iter().position(|field| field.eq_ignore_ascii_case(name.as_bytes()));
        Some(Self { email: find("email")?, phone: find("phone")?, name: find("name")?, all: header.len() })
    }

    fn person(&self, record: &ByteRecord) -> Result<Registration, LineProblem> {
        if record.len() != self.all {
            return Err(LineProblem::Fields { found: record.len(), expected: self.all });
        }
        let field = |column| {
            std::str::from_utf8(record.get(column).unwrap_or_default()).map_err(|_| LineProblem::NotUtf8)
        };
        person::read(field(self.email)?, field(self.phone)?, field(self.name)?).map_err(LineProblem::Person)
    }
}

/// Fields are separated by commas; by semicolons where the first line has none but these, as Norwegian spreadsheets
/// write them. A byte order mark is skipped, and lines may end in either way.
fn rows(file: &[u8]) -> Reader<&[u8]> {
    let first_line = file.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let semicolons = first_line.contains(&b';') && !first_line.contains(&b',');
    let delimiter = if semicolons { b';' } else { b',' };
    ReaderBuilder::new().delimiter(delimiter).flexible(true).trim(Trim::Headers).from_reader(file)
}

/// Numbers lines as an editor does. The parser's own numbers are those before the rest of a line's end, and before
/// empty lines.
#[derive(Debug)]
struct Lines<'a> {
    file: &'a [u8],
    counted: usize,
    number: u64,
}

impl<'a> Lines<'a> {
    const fn of(file: &'a [u8]) -> Self {
        Self { file, counted: 0, number: 1 }
    }

    /// The number of the line where the record that was parsed from `position` on begins. Positions do not go back.
    fn number_at(&mut self, position: u64) -> u64 {
        let from = usize::try_from(position).unwrap_or(usize::MAX).min(self.file.len());
        let ends = self.file[from..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let passed = &self.file[self.counted.min(from)..from + ends];
        self.number += line_ends(passed);
        self.counted = from + ends;
        self.number
    }
}

/// How many lines end here: by CR LF, LF, or CR alone, as the parser ends them.
fn line_ends(text: &[u8]) -> u64 {
    let ends_at = |at: usize| text[at] == b'\n' || text[at] == b'\r' && text.get(at + 1) != Some(&b'\n');
    (0..text.len()).filter(|at| ends_at(*at)).count() as u64
}
