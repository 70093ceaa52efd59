/* SPDX-License-Identifier: BSD-3-Clause */
/* A web page that stands alone. */
#include "html.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPLACEMENT "\xef\xbf\xbd"

/*
 * Colours are Okabe and Ito's, or near them: they differ for the colour-blind, and each has the
 * contrast that its ground asks for.
 */
static const char style[] =
	":root{color-scheme:light dark;--ground:#fff;--text:#1b1f24;--dim:#57606a;--line:#d0d7de;"
	"--soft:#f3f5f7;--s1:#0072b2;--s2:#c4500c;--s3:#00785a;--s4:#8f4a86}\n"
	"@media (prefers-color-scheme:dark){:root{--ground:#14171b;--text:#e6e9ec;--dim:#a0a9b3;"
	"--line:#3a424b;--soft:#1f242a;--s1:#5cb8f0;--s2:#f0a030;--s3:#35c79f;--s4:#e0a0d0}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0 auto;padding:1.5rem 1rem 3rem;max-width:72rem;background:var(--ground);"
	"color:var(--text);font:1rem/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',"
	"sans-serif}\n"
	"h1{font-size:1.7rem;line-height:1.25;margin:0 0 .75rem;overflow-wrap:anywhere}\n"
	"h2{font-size:1.25rem;margin:2.25rem 0 .5rem;padding-top:.75rem;"
	"border-top:1px solid var(--line)}\n"
	"h3{font-size:1rem;margin:0 0 .25rem}\n"
	"p,ul,dl{max-width:46rem;margin:.5rem 0}\n"
	".lead{font-size:1.1rem}\n"
	".note{border-left:4px solid var(--s2);padding:.25rem .75rem;background:var(--soft)}\n"
	".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem;"
	"margin:1.25rem 0;max-width:none}\n"
	".tiles div{background:var(--soft);border-radius:.5rem;padding:.6rem .8rem}\n"
	".tiles dt{color:var(--dim);font-size:.85rem}\n"
	".tiles dd{margin:0;font-size:1.35rem;font-weight:600;font-variant-numeric:tabular-nums}\n"
	".figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));"
	"gap:1.75rem 2rem;margin:1rem 0}\n"
	"figure{margin:0;min-width:0;max-width:34rem}\n"
	"figcaption{color:var(--dim);font-size:.9rem}\n"
	".scroll{overflow-x:auto;margin:1rem 0}\n"
	"table{border-collapse:collapse;font-size:.85rem}\n"
	"caption{text-align:left;font-weight:600;padding:.25rem 0}\n"
	"th,td{padding:.25rem .5rem;border-bottom:1px solid var(--line);text-align:left;"
	"vertical-align:top}\n"
	"thead th{vertical-align:bottom;white-space:normal}\n"
	"tbody th{font-weight:400}.summary{color:var(--text)}\n"
	".number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\n"
	".words{min-width:8rem}\n"
	".name{font-family:ui-monospace,'DejaVu Sans Mono',monospace;overflow-wrap:anywhere;"
	"min-width:9rem;max-width:20rem}\n"
	"thead .name{font-family:inherit}\n"
	"details{margin:.25rem 0}\n"
	"summary{cursor:pointer;color:var(--dim);font-size:.9rem}\n"
	"code{font-family:ui-monospace,'DejaVu Sans Mono',monospace;font-size:.9em}\n"
	"svg{display:block;width:100%;height:auto;font:13px system-ui,-apple-system,'Segoe UI',"
	"Roboto,'DejaVu Sans',sans-serif}\n"
	"svg text{fill:var(--text)}svg .tick{fill:var(--dim);font-size:12px}\n"
	"svg .grid{stroke:var(--line);stroke-width:1}svg .frame{stroke:var(--dim);stroke-width:1}\n"
	"svg .curve{fill:none;stroke-width:2;stroke-linejoin:round}\n"
	"svg .hit{fill:transparent;stroke:none}svg .hit:hover{fill:var(--dim);fill-opacity:.5}\n"
	"svg .s1{stroke:var(--s1)}svg .s2{stroke:var(--s2);stroke-dasharray:7 3}"
	"svg .s3{stroke:var(--s3);stroke-dasharray:2 3}"
	"svg .s4{stroke:var(--s4);stroke-dasharray:9 3 2 3}\n"
	"svg .f1{fill:var(--s1)}svg .f2{fill:var(--s2)}svg .f3{fill:var(--s3)}"
	"svg .f4{fill:var(--s4)}\n"
	"@media print{details:not([open]){display:none}:root{--ground:#fff;--text:#000;--dim:#333;--line:#bbb;--soft:#f3f3f3;"
	"--s1:#0072b2;--s2:#c4500c;--s3:#00785a;--s4:#8f4a86}"
	"body{max-width:none;padding:0;font-size:10pt}"
	"figure,tr,.tiles div{break-inside:avoid}h2,h3,caption{break-after:avoid}"
	".figures{grid-template-columns:1fr 1fr}.scroll{overflow:visible}"
	".tiles div{border:1px solid var(--line)}}\n";

/* Bytes of the UTF-8 character that TEXT begins with, and which one it is; 0 if it is none. */
static size_t decode(const char *text, uint32_t *character)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *bytes = (const unsigned char *)text;
	size_t size = bytes[0] < 0x80         ? 1
		      : bytes[0] >> 5 == 0x06 ? 2
		      : bytes[0] >> 4 == 0x0e ? 3
		      : bytes[0] >> 3 == 0x1e ? 4
					      : 0;

	*character = size < 2 ? bytes[0] : bytes[0] & (0xffu >> (size + 1));
	for (size_t at = 1; at < size; at++) {
		if (bytes[at] >> 6 != 0x02)
			return 0;
		*character = *character << 6 | (bytes[at] & 0x3f);
	}
	return *character >= least[size] ? size : 0;
}

static bool is_shown(uint32_t character)
{
	if (character < 0x20)
		return character == '\t' || character == '\n';
	if (character >= 0x7f && character < 0xa0)
		return false;
	/* Marks of direction, and what XML does not have. */
	if ((character >= 0x202a && character <= 0x202e) ||
	    (character >= 0x2066 && character <= 0x2069) || character == 0x200e ||
	    character == 0x200f || character == 0x061c)
		return false;
	return !(character >= 0xd800 && character <= 0xdfff) && character != 0xfffe &&
	       character != 0xffff && character <= 0x10ffff;
}

static const char *entity_of(uint32_t character)
{
	switch (character) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void html_text(FILE *file, const char *text)
{
	while (*text) {
		uint32_t character;
		size_t size = decode(text, &character);
		const char *entity = size ? entity_of(character) : NULL;

		if (!size || !is_shown(character))
			fputs(REPLACEMENT, file);
		else if (entity)
			fputs(entity, file);
		else
			fwrite(text, 1, size, file);
		text += size ? size : 1;
	}
}

void html_begin(FILE *file, const char *title)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" "
	      "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"referrer\" content=\"no-referrer\">\n<title>",
	      file);
	html_text(file, title);
	fprintf(file, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n<h1>", style);
	html_text(file, title);
	fputs("</h1>\n", file);
}

void html_end(FILE *file)
{
	fputs("</main>\n</body>\n</html>\n", file);
}

static const char *const kind_classes[] = {
	[HTML_WORDS] = "words",
	[HTML_NUMBER] = "number",
	[HTML_NAME] = "name",
};

void html_table_begin(FILE *file, const char *caption, const struct html_column *columns,
		      size_t count)
{
	fputs("<div class=\"scroll\">\n<table>\n<caption>", file);
	html_text(file, caption);
	fputs("</caption>\n<thead><tr>", file);
	for (size_t at = 0; at < count; at++) {
		fprintf(file, "<th scope=\"col\" class=\"%s\">", kind_classes[columns[at].kind]);
		html_text(file, columns[at].head);
		fputs("</th>", file);
	}
	fputs("</tr></thead>\n<tbody>\n", file);
}

void html_table_row(FILE *file, const struct html_column *columns, size_t count,
		    const char *const *cells)
{
	fputs("<tr>", file);
	for (size_t at = 0; at < count; at++) {
		fprintf(file, "<%s class=\"%s\">", at ? "td" : "th scope=\"row\"",
			kind_classes[columns[at].kind]);
		html_text(file, cells[at]);
		fputs(at ? "</td>" : "</th>", file);
	}
	fputs("</tr>\n", file);
}

void html_table_end(FILE *file)
{
	fputs("</tbody>\n</table>\n</div>\n", file);
}
