using System.Text;
using Spectre.Console;

namespace Counterfoil.Cli;

/// <summary>Where the command speaks: the answer to stdout, everything else to stderr, colour only on a terminal.</summary>
static class Terminal
{
    /// <summary>For people: answers.</summary>
    public static IAnsiConsole Out => field ??= Create(Console.Out, Console.IsOutputRedirected);

    /// <summary>For people: progress and complaints.</summary>
    public static IAnsiConsole Notes => field ??= Create(Console.Error, Console.IsErrorRedirected);

    public static void Error(string message) => Notes.MarkupLineInterpolated($"[red]counterfoil: error:[/] {message}");

    public static void Hint(string message) => Notes.MarkupLineInterpolated($"counterfoil: hint: {message}");

    /// <summary>Writes a text whose words are wrapped at the terminal's edge, every further line beginning where the first one did. Files and pipes get one line.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="text">One line of words.</param>
    /// <param name="indent">Columns that are written already.</param>
    public static void WriteWrapped(this IAnsiConsole console, string text, int indent)
    {
        int column = indent;
        var line = new StringBuilder();
        foreach (string word in text.Split(' '))
        {
            // A word that is longer than a line, a digest say, stays whole: it can be copied, and the terminal breaks it.
            if (column + word.Length >= console.Profile.Width && column > indent)
            {
                line.Length--;
                line.Append('\n').Append(' ', indent);
                column = indent;
            }
            line.Append(word).Append(' ');
            column += word.Length + 1;
        }
        line.Length--;
        console.Profile.Out.Writer.WriteLine(line);
    }

    static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        // A line of a report is one line wherever it goes: files and pipes have no width.
        if (redirected) console.Profile.Width = 1 << 14;
        return console;
    }
}
