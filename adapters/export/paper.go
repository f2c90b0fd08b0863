package export

import (
	"fmt"
	"strings"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-fonts/dejavu/dejavusans"
	"github.com/go-fonts/dejavu/dejavusansbold"
	"golang.org/x/image/font/sfnt"
)

// mm is a length on paper.
type mm = float64 // not money

// The measures of a page, in mm; the sizes of type in points.
const (
	margin       = 15
	footerHeight = 18
	lineHeight   = 3.6
	rowGap       = 0.8
	sizeText     = 7.5
	sizeHead     = 9
	sizeTitle    = 16
	labelWidth   = 32
)

// row is a row of the table that papers have: a date, details, and four amounts.
type row [6]string

// columnWidths add up to the width of A4 between the margins.
func columnWidths() [6]mm { return [6]mm{22, 58, 25, 25, 25, 25} }

// pagesMark stands for the number of pages until it is known. It is of the private use area, from which no
// text is let through.
const pagesMark = "\ue000"

// paper is a document of tables on A4, in fonts that it carries along.
type paper struct {
	pdf    *fpdf.Fpdf
	font   *sfnt.Font
	buf    sfnt.Buffer
	known  map[rune]bool
	heads  row
	bottom mm
}

// newPaper begins a document whose pages end with words and their number.
func newPaper(words string) (*paper, error) {
	font, err := sfnt.Parse(dejavusans.TTF)
	if err != nil {
		return nil, fmt.Errorf("read the font: %w", err)
	}
	p := &paper{pdf: fpdf.New("P", "mm", "A4", ""), font: font, known: map[rune]bool{}}
	p.pdf.AddUTF8FontFromBytes("text", "", dejavusans.TTF)
	p.pdf.AddUTF8FontFromBytes("text", "B", dejavusansbold.TTF)
	p.pdf.SetMargins(margin, margin, margin)
	p.pdf.SetAutoPageBreak(false, 0)
	p.pdf.SetCellMargin(0)
	p.pdf.AliasNbPages(pagesMark)
	_, height := p.pdf.GetPageSize()
	p.bottom = height - footerHeight
	p.pdf.SetFooterFunc(func() {
		p.pdf.SetFont("text", "", sizeText)
		p.pdf.SetXY(margin, height-footerHeight+5)
		p.pdf.CellFormat(0, lineHeight, fmt.Sprintf("%s, page %d of %s", words, p.pdf.PageNo(), pagesMark), "", 0, "L", false, 0, "")
	})
	return p, p.pdf.Error()
}

// title writes what the document is.
func (p *paper) title(text string) {
	p.pdf.SetFont("text", "B", sizeTitle)
	p.pdf.CellFormat(0, 10, text, "", 1, "L", false, 0, "")
}

// text writes a line.
func (p *paper) text(text string) {
	p.pdf.SetFont("text", "", sizeHead)
	p.pdf.CellFormat(0, 2*lineHeight, text, "", 1, "L", false, 0, "")
}

// fact writes a value beside its label.
func (p *paper) fact(label, value string) {
	p.pdf.SetFont("text", "", sizeHead)
	for i, line := range p.fit(value, 180-labelWidth) {
		if i > 0 {
			label = ""
		}
		p.pdf.CellFormat(labelWidth, lineHeight+1, label, "", 0, "L", false, 0, "")
		p.pdf.CellFormat(0, lineHeight+1, line, "", 1, "L", false, 0, "")
	}
}

// section begins a table under a title. Its heads stand again on each page.
func (p *paper) section(title string, heads row) {
	p.heads = heads
	if p.pdf.GetY()+8*lineHeight > p.bottom {
		p.pdf.AddPage()
	}
	p.pdf.Ln(2 * lineHeight)
	p.pdf.SetFont("text", "B", sizeHead)
	p.pdf.CellFormat(0, 2*lineHeight, title, "", 1, "L", false, 0, "")
	p.write(heads, "B")
	p.rule()
}

func (p *paper) row(r row)  { p.write(r, "") }
func (p *paper) bold(r row) { p.write(r, "B") }

// write writes a row, on the next page where this one has no room for all of it.
func (p *paper) write(r row, style string) {
	p.pdf.SetFont("text", style, sizeText)
	var cells [len(r)][]string
	height := 1
	widths := columnWidths()
	for i, text := range r {
		cells[i] = p.fit(text, widths[i]-2)
		height = max(height, len(cells[i]))
	}
	if p.pdf.GetY()+mm(height)*lineHeight+rowGap > p.bottom {
		p.pdf.AddPage()
		p.write(p.heads, "B")
		p.rule()
		p.pdf.SetFont("text", style, sizeText)
	}
	top, left := p.pdf.GetY(), mm(margin)
	for i, lines := range cells {
		align := "R"
		if i < 2 {
			align = "L"
		}
		for n, line := range lines {
			p.pdf.SetXY(left, top+mm(n)*lineHeight)
			p.pdf.CellFormat(widths[i], lineHeight, line, "", 0, align, false, 0, "")
		}
		left += widths[i]
	}
	p.pdf.SetXY(margin, top+mm(height)*lineHeight+rowGap)
}

func (p *paper) rule() {
	y := p.pdf.GetY()
	p.pdf.Line(margin, y-rowGap/2, 210-margin, y-rowGap/2)
}

// fit breaks text into lines of a width, between words where it can.
func (p *paper) fit(text string, width mm) (lines []string) {
	for part := range strings.SplitSeq(text, "\n") {
		line := ""
		for word := range strings.FieldsSeq(p.legible(part)) {
			if line != "" && p.pdf.GetStringWidth(line+" "+word) <= width {
				line += " " + word
				continue
			}
			if line != "" {
				lines = append(lines, line)
			}
			var broken []string
			broken, line = p.breakWord(word, width)
			lines = append(lines, broken...)
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) > maxRowLines {
		lines = append(lines[:maxRowLines-1], "…")
	}
	return lines
}

// breakWord breaks a word that is wider than a line.
func (p *paper) breakWord(word string, width mm) (lines []string, rest string) {
	if p.pdf.GetStringWidth(word) <= width {
		return nil, word
	}
	for _, r := range word {
		if rest != "" && p.pdf.GetStringWidth(rest+string(r)) > width {
			lines, rest = append(lines, rest), ""
		}
		rest += string(r)
	}
	return lines, rest
}

// legible is text as the font can write it. What directs text and is not seen is left out, so that nobody turns
// the line of another around.
func (p *paper) legible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		case !p.has(r):
			return '?'
		}
		return r
	}, text)
}

// has reports whether the font has a character. A PDF of this kind has none beyond the basic plane.
func (p *paper) has(r rune) bool {
	has, known := p.known[r]
	if !known {
		glyph, err := p.font.GlyphIndex(&p.buf, r)
		has = err == nil && glyph != 0 && r <= 0xffff && !unicode.Is(unicode.Co, r)
		p.known[r] = has
	}
	return has
}
