using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using Counterfoil.Core.Digests;

namespace Counterfoil.Data.Lineage.Transformations;

/// <summary><c>command/v1</c>: a program run once for each record, which comes on its standard input and leaves on its standard output. Exit code 0 keeps what it wrote, 10 drops the record.</summary>
/// <remarks>
/// The program is named by SHA-256 of its file, looked at before every run of a transformation; its arguments, one to a line, are the parameters. It runs with an empty environment in a folder of its own that is empty. It is not
/// confined: run the programs of strangers in a machine that can be lost. What it does with clock, network or randomness is its own affair, and shows as records that cannot be made again.
/// </remarks>
public sealed class CommandOperation : Transformation
{
    /// <summary>The operation's name.</summary>
    public const string Name = "command/v1";

    const int Dropped = 10, MaxOutput = 1 << 24;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    readonly string program, arguments;
    (byte[] Record, byte[]? Made)? last; // of the record asked about last: whether it is kept and what becomes of it are one run

    /// <summary>Names a program.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public CommandOperation(string program, string arguments)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(arguments);
        (this.program, this.arguments) = (Path.GetFullPath(program), arguments);
        using var file = File.OpenRead(this.program);
        ToolDigest = new(SHA256.HashData(file));
    }

    /// <inheritdoc/>
    public override string Operation => Name;
    /// <inheritdoc/>
    public override string Parameters => arguments;
    /// <inheritdoc/>
    public override Sha256Digest ToolDigest { get; }
    /// <inheritdoc/>
    public override bool OriginsFollowFromCounts => false;
    /// <inheritdoc/>
    public override long? OutputCount(ImmutableArray<long> inputs) => null;
    /// <inheritdoc/>
    public override bool Keeps(ReadOnlyMemory<byte> record) => Run(record) is not null;
    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> record) => Run(record) ?? throw new InvalidOperationException("a record that is not kept");

    byte[]? Run(ReadOnlyMemory<byte> record)
    {
        if (last is { } known && record.Span.SequenceEqual(known.Record)) return known.Made;
        var folder = Directory.CreateTempSubdirectory("counterfoil-command-");
        try
        {
            var start = new ProcessStartInfo(program, arguments.Length == 0 ? [] : arguments.Split('\n'))
            {
                WorkingDirectory = folder.FullName, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            };
            start.Environment.Clear();
            using var process = Process.Start(start)!;
            var written = Task.Run(() =>
            {
                try
                {
                    using var input = process.StandardInput.BaseStream;
                    input.Write(record.Span);
                }
                catch (IOException)
                {
                    // A program need not read all that it is given.
                }
            });
            var complaint = process.StandardError.ReadToEndAsync();
            var read = Task.Run(() => ReadOutput(process.StandardOutput.BaseStream));
            if (!Task.WaitAll([written, read, complaint], Patience) || !process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                throw new TimeoutException($"{program} took longer than {Patience.TotalSeconds:F0} s over one record");
            }
            var made = process.ExitCode switch
            {
                0 => read.Result,
                Dropped => null,
                _ => throw new IOException($"{program} ended with {process.ExitCode}: {complaint.Result.Trim()}"),
            };
            last = (record.ToArray(), made);
            return made;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    byte[] ReadOutput(Stream output)
    {
        using var bytes = new MemoryStream();
        var piece = new byte[1 << 16];
        while (output.Read(piece) is > 0 and var got)
        {
            if (bytes.Length + got > MaxOutput) throw new IOException($"{program} wrote more than {MaxOutput} bytes for one record");
            bytes.Write(piece, 0, got);
        }
        return bytes.ToArray();
    }
}
