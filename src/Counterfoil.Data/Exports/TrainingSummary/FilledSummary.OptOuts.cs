using Counterfoil.Data.Licences;
using Counterfoil.Data.Licences.OptOuts;

namespace Counterfoil.Data.Exports.TrainingSummary;

/// <summary>Section 3.1: what was read of rightsholders' reservations before training, with counts, and what the licence policy makes of it.</summary>
public sealed partial class FilledSummary
{
    const int MostReservations = 50;

    void OptOuts()
    {
        foreach (var reading in facts.Readings) Read(reading);
        if (facts.Mixture is not { } mixture) return;
        string permits = mixture.Allows(LicensedUses.Training).IsAccepted ? "permits training on all sources" : "does not permit training on all sources";
        Commit("3.1b", $"under the licence policy, recomputed from the committed licences{(facts.Readings.IsEmpty ? "" : " and opt-outs")}, the mixture {permits}; what it permits: {string.Join("; or ", mixture.Options.Select(Words))}", [$"sha256:{mixture.PolicyDigest}", .. facts.Sources.Select(s => s.Place("licence"))]);
    }

    void Read(SignedReading reading)
    {
        var stated = reading.Report.Sources.SelectMany((source, s) => source.OptOuts.Select((optOut, o) => (Source: source, OptOut: optOut, Place: $"sha256:{reading.Statement}#/predicate/sources/{s}/optOuts/{o}"))).ToList();
        string dataset = facts.Datasets.First(d => d.Statement == reading.Report.Dataset).Commitment.Name;
        string Counted(IEnumerable<OptOutAnswer> answers) => string.Join(", ", ((OptOutAnswer[])[OptOutAnswer.Reserved, OptOutAnswer.Constrained, OptOutAnswer.Allowed, OptOutAnswer.NotStated])
            .Select(a => (Answer: a, Count: answers.Count(o => o == a))).Where(c => c.Count > 0).Select(c => $"{c.Count} {Word(c.Answer)}"));
        string protocols = stated.Count == 0 ? "none was read" : string.Join("; ", stated.GroupBy(s => s.OptOut.Kind).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key}: {Counted(g.Select(s => s.OptOut.Answer))}"));
        Commit("3.1b", $"opt-outs read for {dataset}: {stated.Count} reading{(stated.Count == 1 ? "" : "s")} beside {reading.Report.Sources.Length} source{(reading.Report.Sources.Length == 1 ? "" : "s")} ({protocols})", $"sha256:{reading.Statement}#/predicate/sources");
        var reserving = stated.Where(s => s.OptOut.Answer is OptOutAnswer.Reserved or OptOutAnswer.Constrained).ToList();
        foreach (var (source, optOut, place) in reserving.Take(MostReservations))
            Commit("3.1b", $"{source.Name}: {optOut.Kind} {(optOut.Answer == OptOutAnswer.Reserved ? "reserves" : "allows under conditions")}, {optOut.Place}", place, $"sha256:{optOut.Evidence}");
        if (reserving.Count > MostReservations) Commit("3.1b", $"and {reserving.Count - MostReservations} more that reserve or allow under conditions", $"sha256:{reading.Statement}#/predicate/sources");
    }

    static string Words(LicenceTerms terms) =>
        $"{(terms.Permits == LicensedUses.None ? "nothing" : string.Join(", ", LicencePolicy.Names(terms.Permits)))}{(terms.Duties.IsEmpty ? "" : $" with {string.Join(", ", terms.Duties)}")}";

    static string Word(OptOutAnswer answer) => answer switch
    {
        OptOutAnswer.Reserved => "reserved",
        OptOutAnswer.Constrained => "under conditions",
        OptOutAnswer.Allowed => "allowed",
        _ => "silent",
    };
}
