using System.CommandLine;
using Counterfoil.Data.Records;

namespace Counterfoil.Cli.Data;

/// <summary><c>counterfoil data record</c>: a record's bytes exactly, as they are committed to: what <c>absent</c>, <c>lookup</c> and <c>verify --record</c> take.</summary>
static class RecordCommand
{
    public static Command Create()
    {
        var place = new Argument<long>("place") { Description = "The record's place, from 0" };
        var data = new Argument<string[]>("data") { Description = DataSource.PathHelp, Arity = ArgumentArity.OneOrMore };
        var format = new Option<string?>("--format") { Description = DataSource.FormatHelp };
        var output = new Option<string?>("--out") { Description = "Where to write it; stdout unless given" };
        var command = new Command("record", "Writes one record's bytes exactly, as they are committed to") { place, data, format, output };
        command.SetAction(async (parsed, cancel) =>
        {
            long asked = parsed.GetValue(place);
            if (asked < 0) throw new UsageException($"there is no record {asked}", "places are counted from 0");
            using var source = await DataSource.ListAsync(parsed.GetValue(data)!, cancel);
            byte[]? found = null;
            long records = 0;
            using (var progress = new ProgressLines())
                PlanRecords.Read(source.Plan(parsed.GetValue(format)), (at, record) =>
                {
                    records++;
                    if (at == asked) found = record.ToArray();
                    return found is null;
                }, progress.Hear, cancel).Require();
            StatementFiles.Write(parsed.GetValue(output), found ?? throw new UsageException($"there is no record {asked}: the data has {records}", "places are counted from 0"));
            return ExitCode.Yes;
        });
        return command;
    }
}
