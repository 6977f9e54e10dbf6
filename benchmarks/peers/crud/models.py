from django.db import models


class Station(models.Model):
    code = models.CharField(max_length=40, unique=True)
    key_sha256 = models.CharField(max_length=64, unique=True)
    active = models.BooleanField(default=True)


class Shop(models.Model):
    code = models.CharField(max_length=40, unique=True)
    listed = models.BooleanField(default=True)


class Vehicle(models.Model):
    vin = models.CharField(max_length=17, unique=True)
    plate = models.CharField(max_length=12, db_index=True)
    fuel = models.CharField(max_length=16)


class Test(models.Model):
    station = models.ForeignKey(Station, on_delete=models.PROTECT)
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT)
    test_no = models.CharField(max_length=64)
    method = models.CharField(max_length=12)
    started_at = models.DateTimeField()
    verdict = models.CharField(max_length=12)
    values = models.JSONField(default=dict)
    trace = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["station", "test_no"], name="crud_test_no")]
        indexes = [
            models.Index(fields=["vehicle", "started_at"], name="crud_vehicle_time"),
            models.Index(fields=["station", "started_at"], name="crud_station_time"),
        ]


class Second(models.Model):
    """One row of a trace."""

    test = models.ForeignKey(Test, on_delete=models.CASCADE)
    t_s = models.IntegerField()
    phase = models.CharField(max_length=16)
    speed_kmh = models.FloatField(null=True)
    power_kw = models.FloatField(null=True)
    co_pct = models.FloatField(null=True)
    hc_ppm = models.FloatField(null=True)
    no_ppm = models.FloatField(null=True)
    co2_pct = models.FloatField(null=True)
    o2_pct = models.FloatField(null=True)
    lambda_value = models.FloatField(null=True)
    rpm = models.FloatField(null=True)
    oil_c = models.FloatField(null=True)


class Repair(models.Model):
    test = models.ForeignKey(Test, on_delete=models.PROTECT)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT)
    finished_at = models.DateTimeField(db_index=True)
    documents = models.JSONField(default=dict)
